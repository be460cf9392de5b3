import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { open } from '../src/connect.js';
import { SharednodeError } from '../src/errors.js';
import { Sharednode } from '../src/node.js';
import { define, FakeLocks } from './fake-locks.js';
import { FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { cid, failure } from './setup.js';

test('the end of the worker ends calls, and the next worker is found', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  let die = locks.hold('worker-1');
  workers.answer = welcomeWith({ lock: 'worker-1' });
  const node = await openNode(t, workers);
  const running = [1, 2, 3, 4].map(() => node.block.rm(cid).next());
  const waiting = node.version();
  workers.answer = welcomeWith({ epoch: 'epoch-2', lock: 'worker-2' });
  const reconnected = told(node, 'reconnect');
  die();
  die = locks.hold('worker-2');
  for (const call of running) {
    const error = await failure(call, 'worker-restarted');
    assert.equal(error.op, 'block.rm');
  }
  const { epoch } = await reconnected;
  assert.equal(epoch, 'epoch-2');
  assert.equal(node.epoch, 'epoch-2');
  // What was never sent is not lost.
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.result({ version: '2' });
  assert.deepEqual(await waiting, { version: '2' });
  assert.notEqual(
    workers.servers[0]?.hello?.['lock'],
    workers.last.hello?.['lock'],
  );
});

test('a worker that says that it ends is waited for', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  const die = locks.hold('worker-1');
  workers.answer = welcomeWith({ lock: 'worker-1' });
  const node = await openNode(t, workers);
  const running = node.block.rm(cid).next();
  goodbye(workers.last, 'worker-crashed');
  const error = await failure(running, 'worker-restarted');
  assert.equal((error.cause as SharednodeError).code, 'worker-crashed');
  const next = node.version();
  await sleep(20);
  assert.equal(workers.servers.length, 1, 'dialed while it still lives');
  workers.answer = undefined;
  die();
  await told(node, 'reconnect');
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.result({ version: '2' });
  assert.deepEqual(await next, { version: '2' });
});

test('the end of one session is no end of the worker', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = welcomeWith({ epoch: 'epoch-1' });
  const node = await openNode(t, workers);
  const running = node.block.rm(cid).next();
  goodbye(workers.last, 'queue-limit');
  const error = await failure(running, 'disconnected');
  assert.equal((error.cause as SharednodeError).code, 'queue-limit');
  node.addEventListener('reconnect', () => assert.fail('it is the same epoch'));
  const next = node.version();
  await workers.reached(2);
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.result({ version: '1' });
  await next;
  assert.equal(workers.servers.length, 2);
});

test('a client that is sent on goes on, there and back', async (t) => {
  const workers = new FakeWorkers();
  const worker = { kind: 'shared', url: 'http://x/2.js', version: '2' };
  const moved = refuse('worker-moved', { worker });
  workers.answer = (server) =>
    workers.place === undefined ? moved(server) : welcomeWith({})(server);
  const node = await openNode(t, workers);
  assert.deepEqual(workers.place, worker);

  // Where it was sent there is nobody any more.
  workers.answer = welcomeWith({ epoch: 'epoch-3' });
  workers.fault = new SharednodeError('worker-failed', 'gone');
  workers.onhome = () => (workers.fault = undefined);
  goodbye(workers.last, 'worker-moved', { worker: { ...worker, kind: 'x' } });
  await told(node, 'reconnect');
  assert.equal(workers.place, undefined);
  assert.equal(node.epoch, 'epoch-3');
});

test('a client that is sent on for ever is told', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = refuse('worker-moved', { worker: { kind: 'shared' } });
  await failure(openNode(t, workers), 'worker-moved');
  assert.equal(workers.servers.length, 9);
});

test('a port that leads to a worker that has ended is given up', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  workers.lock = 'script';
  workers.answer = () => {};
  const opening = openNode(t, workers);
  await sleep(500);
  workers.answer = undefined;
  await opening;
  assert.equal(workers.servers.length, 2);
  assert(workers.servers[0]?.goodbye);
  assert.equal(locks.held.length, 1);
});

test('a worker that takes its time is left alone', async (t) => {
  const locks = FakeLocks.install(t);
  locks.hold('script');
  const workers = new FakeWorkers();
  workers.lock = 'script';
  workers.answer = () => {};
  const opening = openNode(t, workers);
  await sleep(1200);
  assert.equal(workers.servers.length, 1);
  welcomeWith({})(workers.last);
  await opening;
});

test('a port is given up whose lock the next worker may have', async (t) => {
  const locks = FakeLocks.install(t);
  locks.hold('script'); // and never lets go
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const workers = new FakeWorkers();
  workers.lock = 'script';
  workers.answer = () => {};
  const opening = openNode(t, workers);
  while (workers.servers.length < 2) {
    workers.answer = workers.servers.length > 0 ? undefined : workers.answer;
    await new Promise((resolve) => setImmediate(resolve));
    t.mock.timers.tick(100);
  }
  await opening;
  assert(workers.servers[0]?.goodbye);
});

test('a worker that cannot be reached again is told of', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.answer = refuse('storage-failed');
  const warned: string[] = [];
  node.addEventListener('warning', ({ detail }) => warned.push(detail.code));
  await workers.last.until(() => workers.last.events);
  workers.last.events?.item({ config: {} });
  goodbye(workers.last, 'closing');
  await workers.reached(4); // it tries by itself
  await failure(node.id(), 'storage-failed');
  await sleep(5);
  assert.deepEqual(warned, ['storage-failed'], 'told once');
  workers.answer = undefined;
  await told(node, 'reconnect');
  const call = node.isOnline();
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.result(true);
  assert.equal(await call, true);
});

test('joining another configuration is told of', async (t) => {
  const workers = new FakeWorkers();
  const running = { durability: 'relaxed', storageMax: 5 };
  workers.answer = welcomeWith({ app: { peerId: 'p', config: running } });
  const config = { durability: 'strict', storageMax: 5n };
  const node = await openNode(t, workers, {}, { config, onConflict: 'join' });
  const warning = await told(node, 'warning');
  assert.equal(warning.code, 'config-conflict');
  assert.deepEqual(warning.details, {
    fields: { durability: { wanted: 'strict', running: 'relaxed' } },
  });
  assert.deepEqual(node.config, running);
});

test('close ends all calls, now and later', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const calls = [1, 2, 3, 4, 5].map(() => node.id());
  const closed = told(node, 'close');
  await node.close();
  await node.close();
  for (const call of [...calls, node.id(), node.add('x')]) {
    await failure(call, 'closed');
  }
  await closed;
  await workers.last.until(() => workers.last.goodbye);
  assert.equal(workers.last.goodbye?.['code'], 'closed');
  assert.equal(workers.servers.length, 1);
});

test('a client closes at the end of its scope', async () => {
  const workers = new FakeWorkers();
  const node = await open(new Sharednode(workers, { config: {} }), {});
  await node[Symbol.asyncDispose]();
  await failure(node.id(), 'closed');
});

test('a page that is put aside lets go, and comes back', async (t) => {
  const locks = FakeLocks.install(t);
  const page = new EventTarget();
  for (const name of ['addEventListener', 'removeEventListener'] as const) {
    define(name, page[name].bind(page));
    t.after(() => define(name, undefined));
  }
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  page.dispatchEvent(new Event('pageshow')); // the page's first
  const running = node.block.rm(cid).next();
  page.dispatchEvent(new Event('pagehide'));
  await failure(running, 'disconnected');
  await workers.last.until(() => workers.last.goodbye);
  assert.deepEqual(locks.held, []);
  const waiting = node.version();
  const subscribed = node.pubsub.subscribe('topic', () => {});
  await sleep(10);
  assert.equal(workers.servers.length, 1);

  page.dispatchEvent(new Event('pageshow'));
  await told(node, 'reconnect');
  assert.equal(workers.servers.length, 2);
  await workers.last.until(() => workers.last.calls.length === 2);
  workers.last.calls[0]?.item({});
  await subscribed;
  workers.last.calls[1]?.result({ version: '1' });
  await waiting;

  await node.close();
  page.dispatchEvent(new Event('pageshow'));
  await sleep(10);
  assert.equal(workers.servers.length, 2);
});
