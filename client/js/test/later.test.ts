import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, cid, connected, failure } from './setup.js';

test('rare calls give promises and iterations before their script is there', async (t) => {
  const { node } = await connected(t, (call) => call.result(null));
  const version = node.repo.version();
  assert(version instanceof Promise);
  const pins = node.pin.ls();
  assert.equal(pins[Symbol.asyncIterator](), pins);
  assert.deepEqual(await all(pins), []);
  await version;
  assert.deepEqual(Object.keys(node.repo).sort(), [
    'gc',
    'stat',
    'verify',
    'version',
  ]);
});

test('a rare call ends while its script is being loaded', async (t) => {
  const { node, server } = await connected(t);
  const abort = new AbortController();
  const options = { signal: abort.signal };
  const waiting = [
    node.pin.rm(cid, options),
    all(node.pin.ls(options)),
    node.swarm.peers(options),
  ];
  abort.abort();
  for (const call of waiting) {
    await assert.rejects(call, { name: 'AbortError' });
  }
  assert.equal(server.calls.length, 0);
  const late = node.bitswap.stat({ timeout: 0 });
  assert.equal((await failure(late, 'timeout')).op, 'bitswap.stat');
});

test('what an iteration returns is passed on', async (t) => {
  const { node } = await connected(t, (call) =>
    call.result({ checked: 3, bad: 0 }),
  );
  assert.deepEqual(await node.repo.verify().next(), {
    done: true,
    value: { checked: 3, bad: 0 },
  });
});

test('leaving the iteration of a rare call gives it up', async (t) => {
  const { node, server } = await connected(t, (call) => {
    call.item({ cid: cid.bytes, type: 'direct' });
  });
  for await (const pin of node.pin.ls()) {
    assert.equal(pin.type, 'direct');
    break;
  }
  await server.until(() => server.calls[0]?.canceled);
});
