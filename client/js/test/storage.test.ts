import assert from 'node:assert/strict';
import { test } from 'node:test';
import { persistStorage } from '../src/storage.js';

/** Asks, and gives the reasons that were told. */
async function reasons(
  storage: Partial<StorageManager> | undefined,
): Promise<unknown[]> {
  const told: unknown[] = [];
  await persistStorage(storage, (reason) => told.push(reason));
  assert.deepEqual(told, [], 'told before anybody can listen');
  await new Promise((resolve) => setTimeout(resolve, 5));
  return told;
}

test('storage that is kept is no news', async () => {
  assert.deepEqual(await reasons({ persist: async () => true }), []);
});

test('storage that may be evicted is told of', async () => {
  assert.deepEqual(await reasons({ persist: async () => false }), ['refused']);
  const persist = () => Promise.reject(new TypeError('opaque origin'));
  assert.deepEqual(await reasons({ persist }), ['refused']);
  assert.deepEqual(await reasons({}), ['unsupported']);
  assert.deepEqual(await reasons(undefined), ['unsupported']);
});

test('a person who does not answer keeps nobody waiting', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let told: unknown;
  const storage = { persist: () => new Promise<boolean>(() => {}) };
  const asked = persistStorage(storage, (reason) => (told = reason));
  t.mock.timers.tick(60_000);
  await asked;
  t.mock.timers.tick(1);
  assert.equal(told, 'unanswered');
});
