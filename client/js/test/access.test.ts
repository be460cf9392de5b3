import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeTo } from '../src/dial.js';
import { FakeLocks } from './fake-locks.js';
import { failure } from './setup.js';

const url = new URL('https://hub.example/worker.js');

/** What storage access gives a frame. */
function accessOf(locks: LockManager) {
  const SharedWorker = (): never => assert.fail('not dialed here');
  return { SharedWorker, locks };
}

test('storage access leads to the SharedWorker of the first party', async (t) => {
  const locks = FakeLocks.install(t) as unknown as LockManager;
  const route = routeTo(url, 'default', 'auto', accessOf(locks));
  assert.equal(route.storage, 'unpartitioned');
  assert.equal(route.locks, locks);
  const follow = async () => route.follow({ kind: 'dedicated', url: url.href });
  const { message } = await failure(follow(), 'not-supported');
  assert.match(message, /runs in a tab/);
});

test('a frame without SharedWorker has a node of its own in spite of it', (t) => {
  const locks = FakeLocks.install(t) as unknown as LockManager;
  const route = routeTo(url, 'default', 'dedicated', accessOf(locks));
  assert.equal(route.storage, 'partitioned');
  assert.equal(route.locks, undefined, 'that are held where its worker is');
});
