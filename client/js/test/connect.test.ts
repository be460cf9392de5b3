import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectOptions } from '../src/connect.js';
import { SharednodeError } from '../src/errors.js';
import { define, FakeLocks } from './fake-locks.js';
import { FakeWorkers, welcome, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { failure } from './setup.js';

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
  await sleep(1);
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
  const sameSiteCookies = 'none';
  assert.deepEqual(options, { name: 'sharednode:mine', sameSiteCookies });
  assert.equal(node.peerId, welcome.app.peerId);
  await node.close();

  await (await connect()).close();
  const standard = FakeSharedWorker.made.at(-1) as FakeSharedWorker;
  assert.match(standard.url.href, /\/worker\.js$/);
  const name = 'sharednode:default';
  assert.deepEqual(standard.options, { name, sameSiteCookies });

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
  worker: { worker: 'native' },
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
