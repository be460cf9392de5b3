import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharednodeError } from '../src/errors.js';
import { persistStorage } from '../src/storage.js';

/** Asks, and gives the reasons that were told. */
async function reasons(
  storage: Partial<StorageManager> | undefined,
): Promise<unknown[]> {
  const target = new EventTarget();
  const told: unknown[] = [];
  target.addEventListener('warning', (event) => {
    const { code, details } = (event as CustomEvent<SharednodeError>).detail;
    assert.equal(code, 'not-persisted');
    told.push(details['reason']);
  });
  await persistStorage(target, storage);
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
  const target = new EventTarget();
  let reason: unknown;
  target.addEventListener('warning', (event) => {
    reason = (event as CustomEvent<SharednodeError>).detail.details['reason'];
  });
  const asked = persistStorage(target, {
    persist: () => new Promise(() => {}),
  });
  t.mock.timers.tick(60_000);
  await asked;
  t.mock.timers.tick(1);
  assert.equal(reason, 'unanswered');
});
