import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '../src/cbor/encode.js';
import { connect, type ConnectOptions, open } from '../src/connect.js';
import type { CallOptions } from '../src/deadline.js';
import { SharednodeError } from '../src/errors.js';
import type { Hello } from '../src/nodeapi.gen.js';
import { Sharednode } from '../src/node.js';
import { FrameType } from '../src/protocol/frame.js';
import { define, FakeLocks } from './fake-locks.js';
import {
  type FakeServer,
  FakeWorkers,
  welcome,
  welcomeWith,
} from './fake-server.js';
import { failure } from './setup.js';

const refuse =
  (code: string, details = {}) =>
  (server: FakeServer) =>
    server.send(
      FrameType.refuse,
      0,
      encode({ code, message: 'refused', details }),
    );

function goodbye(server: FakeServer, code: string): void {
  server.send(FrameType.goodbye, 0, encode({ code, message: 'bye' }));
}

/** Opens a client that is closed after the test. */
async function openNode(
  t: TestContext,
  workers: FakeWorkers,
  options: CallOptions = {},
  hello: Hello = { config: {} },
): Promise<Sharednode> {
  const node = new Sharednode(workers.dial, hello);
  t.after(() => node.close());
  return open(node, options);
}

/** Waits for an event of a client and gives its detail. */
async function told(node: Sharednode, type: string): Promise<any> {
  const [event] = (await once(node, type)) as [CustomEvent];
  return event.detail;
}

test('connect says hello and learns who answers', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  const config = { durability: 'strict' };
  workers.answer = welcomeWith({ app: { peerId: '12D3', config } });
  const node = await openNode(t, workers, {}, { config, onConflict: 'join' });
  assert.equal(node.peerId, '12D3');
  assert.equal(node.epoch, 'epoch-1');
  assert.deepEqual(node.config, config);
  assert.deepEqual(await told(node, 'connect'), {
    peerId: '12D3',
    epoch: 'epoch-1',
    config,
  });
  const { versions, client, lock, window, app } = workers.last.hello ?? {};
  assert.deepEqual(versions, [1]);
  assert.match(String(client), /^sharednode-js\//);
  assert.equal(window, 1024 * 1024);
  assert.deepEqual(app, { config, onConflict: 'join' });
  assert.match(String(lock), /^sharednode:client:[0-9a-f]{32}$/);
  assert.deepEqual(locks.held, [lock], 'held before it was named');
  await node.close();
  assert.deepEqual(locks.held, []);
});

test('without Web Locks the hello names none', async (t) => {
  const workers = new FakeWorkers();
  await openNode(t, workers);
  assert.equal(workers.last.hello?.['lock'], '');
});

test('a refusal rejects connect, and the next one tries again', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  const fields = { storageMax: { wanted: 1, running: 2 } };
  workers.answer = refuse('config-conflict', { fields });
  const error = await failure(openNode(t, workers), 'config-conflict');
  assert.deepEqual(error.details, { fields });
  assert.deepEqual(locks.held, []);
  workers.answer = undefined;
  await openNode(t, workers);
  assert.equal(workers.servers.length, 2);
});

test('a goodbye in place of a welcome rejects connect', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = (server) => goodbye(server, 'worker-crashed');
  await failure(openNode(t, workers), 'worker-crashed');
});

test('an answer that breaks the protocol rejects connect', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = welcomeWith({ window: 1 });
  await failure(openNode(t, workers), 'protocol-error');
});

test('a script that cannot be had rejects connect', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = () => {};
  workers.fault = new SharednodeError('worker-failed', 'no script');
  await failure(openNode(t, workers), 'worker-failed');
  workers.fault = new DOMException('not allowed', 'SecurityError');
  const error = await failure(openNode(t, workers), 'worker-failed');
  assert.equal(error.cause, workers.fault);
});

test('a signal or a timeout ends connect', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  workers.answer = () => {};
  await failure(openNode(t, workers, { timeout: 20 }), 'timeout');
  await workers.last.until(() => workers.last.goodbye);
  const reason = new Error('enough');
  const controller = new AbortController();
  const opening = openNode(t, workers, { signal: controller.signal });
  await sleep(5);
  controller.abort(reason);
  await assert.rejects(opening, reason);
  const { length } = workers.servers;
  await assert.rejects(
    openNode(t, workers, { signal: controller.signal }),
    reason,
  );
  assert.equal(workers.servers.length, length, 'nobody was asked');
  assert.deepEqual(locks.held, []);
});

test('the end of the worker ends calls, and the next worker is found', async (t) => {
  const locks = FakeLocks.install(t);
  const workers = new FakeWorkers();
  let die = locks.hold('worker-1');
  workers.answer = welcomeWith({ lock: 'worker-1' });
  const node = await openNode(t, workers);
  const running = [1, 2, 3, 4].map(() => node.id());
  const waiting = node.version();
  workers.answer = welcomeWith({ epoch: 'epoch-2', lock: 'worker-2' });
  const reconnected = told(node, 'reconnect');
  die();
  die = locks.hold('worker-2');
  for (const call of running) {
    const error = await failure(call, 'worker-restarted');
    assert.equal(error.op, 'id');
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
  const running = node.id();
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
  const node = await openNode(t, workers);
  const running = node.id();
  goodbye(workers.last, 'queue-limit');
  const error = await failure(running, 'disconnected');
  assert.equal((error.cause as SharednodeError).code, 'queue-limit');
  await told(node, 'reconnect');
  assert.equal(workers.servers.length, 2);
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

test('a worker that cannot be reached again is told of', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.answer = refuse('storage-failed');
  const warning = told(node, 'warning');
  goodbye(workers.last, 'closing');
  assert.equal((await warning).code, 'storage-failed');
  await failure(node.id(), 'storage-failed');
  assert.equal(workers.servers.length, 3, 'each call tries again');
  workers.answer = undefined;
  const call = node.isOnline();
  await told(node, 'reconnect');
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
  const node = await open(new Sharednode(workers.dial, { config: {} }), {});
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
  const running = node.id();
  page.dispatchEvent(new Event('pagehide'));
  await failure(running, 'disconnected');
  await workers.last.until(() => workers.last.goodbye);
  assert.deepEqual(locks.held, []);
  const waiting = node.version();
  await sleep(10);
  assert.equal(workers.servers.length, 1);

  page.dispatchEvent(new Event('pageshow'));
  await told(node, 'reconnect');
  assert.equal(workers.servers.length, 2);
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.result({ version: '1' });
  await waiting;

  await node.close();
  page.dispatchEvent(new Event('pageshow'));
  await sleep(10);
  assert.equal(workers.servers.length, 2);
});

/** A SharedWorker as pages have it. */
class FakeSharedWorker {
  static readonly made: FakeSharedWorker[] = [];
  static readonly workers = new FakeWorkers();
  readonly port = FakeSharedWorker.workers.dial().port;
  onerror: (() => void) | undefined;

  constructor(
    readonly url: URL,
    readonly options: { name: string },
  ) {
    FakeSharedWorker.made.push(this);
  }
}

test('connect dials the shared worker of a repo', async (t) => {
  define('SharedWorker', FakeSharedWorker);
  t.after(() => define('SharedWorker', undefined));
  const node = await connect({ repo: 'mine', workerURL: 'http://x/w.js#a' });
  const { url, options } = FakeSharedWorker.made.at(-1) as FakeSharedWorker;
  assert.equal(url.href, 'http://x/w.js#a');
  assert.deepEqual(options, { name: 'sharednode:mine' });
  assert.equal(node.peerId, welcome.app.peerId);
  await node.close();

  await (await connect()).close();
  const standard = FakeSharedWorker.made.at(-1) as FakeSharedWorker;
  assert.match(standard.url.href, /\/worker\.js$/);
  assert.deepEqual(standard.options, { name: 'sharednode:default' });

  FakeSharedWorker.workers.answer = () => {};
  const failing = connect({ workerURL: 'http://x/none.js' });
  await sleep(5);
  FakeSharedWorker.made.at(-1)?.onerror?.();
  const error = await failure(failing, 'worker-failed');
  assert.deepEqual(error.details, { url: 'http://x/none.js' });
});

test('connect where there is no SharedWorker', async () => {
  await failure(connect(), 'not-supported');
});

for (const [option, options] of Object.entries({
  repo: { repo: 5 },
  workerURL: { workerURL: 'not://[a url' },
  onConflict: { onConflict: 'fight' },
  durability: { config: { durability: 5 } },
  storageMax: { config: { storageMax: -1 } },
  'config.other': { config: { other: 1 } },
  options: { config: 'x' },
  signal: { signal: 'x' },
})) {
  test(`connect refuses a wrong ${option}`, async (t) => {
    define('SharedWorker', FakeSharedWorker);
    t.after(() => define('SharedWorker', undefined));
    const connecting = connect(options as ConnectOptions);
    const error = await failure(connecting, 'invalid-option');
    assert.equal(error.details['option'], option);
  });
}
