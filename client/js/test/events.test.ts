import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SharednodeError } from '../src/errors.js';
import type { Config } from '../src/nodeapi.gen.js';
import type { Sharednode } from '../src/node.js';
import { define } from './fake-locks.js';
import { FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { failure } from './setup.js';

/** Collects what a client warns of. */
function warnings(node: Sharednode): SharednodeError[] {
  const all: SharednodeError[] = [];
  node.addEventListener('warning', ({ detail }) => all.push(detail));
  return all;
}

test('the configuration is that in force, and warnings are told', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const all = warnings(node);
  const server = workers.last;
  await server.until(() => server.events);
  server.events?.item({ config: { bootstrap: ['/a'] } });
  const details = { used: 9, limit: 10, of: 'quota' };
  const warning = { code: 'storage-low', message: 'nearly full', details };
  server.events?.item({ warning });
  const { code, message, details: given } = await told(node, 'warning');
  assert.deepEqual({ code, message, details: given }, warning);
  assert.deepEqual(node.config, { bootstrap: ['/a'] });
  assert.equal(all.length, 1);

  goodbye(server, 'queue-limit');
  await workers.reached(2);
  await workers.last.until(() => workers.last.events);
  workers.last.events?.item({ config: { bootstrap: ['/a', '/b'] } });
  workers.last.events?.item({ warning });
  await told(node, 'warning');
  assert.deepEqual(node.config, { bootstrap: ['/a', '/b'] });
});

test('warnings wait for the first who listens', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const server = workers.last;
  await server.until(() => server.events);
  for (let used = 0; used < 20; used++) {
    const warning = { code: 'storage-low', message: '', details: { used } };
    server.events?.item({ warning });
  }
  await sleep(20);
  const first = warnings(node);
  const second = warnings(node);
  assert.deepEqual(first, []); // none within the call
  await sleep(20);
  const used = first.map(({ details }) => details['used']);
  assert.deepEqual([used.length, used[0], used.at(-1)], [16, 4, 19]);
  assert.equal(second.length, 16); // who listens in the same task hears them
  const late = warnings(node);
  await sleep(20);
  assert.deepEqual(late, []);
  server.events?.item({ warning: { code: 'storage-low', message: '' } });
  await told(node, 'warning');
  assert.deepEqual([first.length, late.length], [17, 1]);
});

test('a worker that tells no events is no fault', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const all = warnings(node);
  await workers.last.until(() => workers.last.events);
  workers.last.events?.error('unknown-method');
  await sleep(20);
  assert.deepEqual(all, []);
  goodbye(workers.last, 'worker-crashed');
  await told(node, 'reconnect');
  await workers.last.until(() => workers.last.events);
});

const wanted: Config = {
  durability: 'strict',
  storageGCWatermark: 80,
  bootstrap: ['/a'],
  storageMax: 0,
};

for (const [name, server, unknown] of [
  ['a worker from before there were versions', 'sharednode', true],
  ['one of the same version', 'sharednode/0.0.0', false],
  ['a newer one', 'sharednode/0.10.0', false],
] as const) {
  test(`a configuration joined at ${name} is told of`, async (t) => {
    const workers = new FakeWorkers();
    const running = { durability: 'relaxed' };
    workers.answer = welcomeWith({
      server,
      app: { peerId: 'p', config: running },
    });
    const node = await openNode(t, workers, {}, { config: wanted });
    const { code, message, details } = await told(node, 'warning');
    assert.equal(code, 'config-conflict');
    const { fields } = details;
    assert.deepEqual(fields.durability, {
      wanted: 'strict',
      running: 'relaxed',
    });
    assert.match(message, /durability relaxed in place of strict/);
    assert.equal('bootstrap' in fields, unknown);
    assert.equal('storageMax' in fields, false);
    assert.equal(/older than this page: close/.test(message), unknown);
  });
}

test('a repo that is another one than before is told of', async (t) => {
  const kept = new Map<string, string>();
  define('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  });
  t.after(() => define('localStorage', undefined));
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const all = warnings(node);
  assert.deepEqual([...kept], [['sharednode:fake', '12D3Fake']]);
  const app = { peerId: '12D3Other', config: {} };
  workers.answer = welcomeWith({ app });
  goodbye(workers.last, 'worker-crashed');
  await told(node, 'reconnect');
  await sleep(5);
  const details = { before: '12D3Fake', now: '12D3Other' };
  assert.deepEqual(
    all.map(({ code, details }) => ({ code, details })),
    [{ code: 'repo-lost', details }],
  );

  const later = new FakeWorkers();
  const next = await openNode(t, later);
  const again = await told(next, 'warning');
  assert.equal(again.code, 'repo-lost');
  assert.equal(again.details.before, '12D3Other');
});

test('what comes of different versions says what to do', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const old = node.version();
  await workers.last.until(() => workers.last.calls.length === 1);
  workers.last.calls[0]?.error('unknown-method', { method: 'version' });
  const { message } = await failure(old, 'unknown-method');
  assert.match(message, /the worker is older .* close the other tabs/);
  for (const [client, server, advice] of [
    [[1], [2, 3], /this page is older .* reload it/],
    [[2], [1], /the worker is older .* close the other tabs/],
  ] as const) {
    workers.answer = refuse('version-unsupported', { client, server });
    const refused = openNode(t, workers);
    const error = await failure(refused, 'version-unsupported');
    assert.match(error.message, advice);
  }
});
