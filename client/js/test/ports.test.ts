import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { connect } from '../src/connect.js';
import type { Sharednode } from '../src/node.js';
import { FrameType } from '../src/protocol/frame.js';
import { type FakeServer, FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { all, failure } from './setup.js';

const grants = { read: true, topics: ['t'] };

/** A page whose node makes ports, and the calls about them. */
async function page(
  t: TestContext,
): Promise<{ node: Sharednode; workers: FakeWorkers; asked: unknown[][] }> {
  const workers = new FakeWorkers();
  const asked: unknown[][] = [];
  let made = 0;
  workers.answer = (server) => {
    const bound = bindOf(server) !== undefined;
    welcomeWith({ app: bound ? { peerId: '', config: {}, grants } : {} })(
      server,
    );
    server.handler = (call) => {
      if (call.answered) {
        return;
      }
      call.answered = true;
      asked.push([call.method, call.request]);
      const secret = new Uint8Array(32).fill(++made);
      call.result(
        call.method === 'ports.create' ? { port: `p${made}`, secret } : null,
      );
    };
  };
  return { node: await openNode(t, workers), workers, asked };
}

/** What a port was bound with before anybody said hello. */
function bindOf(server: FakeServer): Uint8Array | undefined {
  const first = server.messages[0]?.[0];
  return first?.type === FrameType.bind ? first.payload : undefined;
}

test('who is given a port reaches the node, bound before he has it', async (t) => {
  const { node, workers, asked } = await page(t);
  const origin = 'https://a.example';
  const given = await node.createPort({ origin, grants });
  assert.deepEqual(asked, [['ports.create', { origin, grants }]]);
  const other = await connect({ port: given.port });
  t.after(() => other.close());
  assert.equal(workers.servers.length, 2);
  const bind = bindOf(workers.last);
  assert.deepEqual(bind && [...bind], Array(32).fill(1));
  assert.deepEqual(workers.last.hello?.['lock'], '');
  assert.deepEqual(other.granted, grants);
  assert.equal(other.storage, 'first-party');
  assert.equal(workers.last.events, undefined, 'it would be refused');
  assert.equal(node.granted, undefined);
  await other.version();
  assert.deepEqual(asked.at(-1), ['version', null]);
});

test('he reaches the next worker by who gave the port', async (t) => {
  const { node, workers, asked } = await page(t);
  const { port } = await node.createPort({ grants });
  const other = await connect({ port });
  t.after(() => other.close());
  const reconnected = told(other, 'reconnect');
  const first = workers.servers[0] as FakeServer;
  goodbye(first, 'closing'); // the giver's session; he sees no lock
  const { epoch } = await reconnected;
  assert.notEqual(epoch, 'epoch-2');
  const made = asked.filter(([method]) => method === 'ports.create');
  assert.equal(made.length, 2);
});

test('a port that was bound in vain is followed by another, once', async (t) => {
  const { node, workers } = await page(t);
  const { port } = await node.createPort({ grants });
  const { answer } = workers;
  workers.answer = refuse('not-granted');
  const failed = failure(connect({ port }), 'not-granted');
  await failed;
  assert.equal(workers.servers.length, 3);
  workers.answer = answer;
});

test('a port that was taken back leads nowhere', async (t) => {
  const { node, asked } = await page(t);
  const given = await node.createPort({ grants });
  const other = await connect({ port: given.port });
  t.after(() => other.close());
  await given.revoke();
  assert.deepEqual(asked.at(-1), ['ports.revoke', { port: 'p1' }]);
  await given.revoke();
});

test('what is said on a port that is no dial is ignored', async (t) => {
  const { node, workers } = await page(t);
  const { port } = await node.createPort({ grants });
  for (const junk of [
    null,
    5,
    'dial',
    { type: 'dial' },
    { type: 'dial', id: '1' },
    { type: 'port', id: 1 },
    new Uint8Array(40),
  ]) {
    port.postMessage(junk);
  }
  const other = await connect({ port });
  t.after(() => other.close());
  assert.equal(workers.servers.length, 2);
});

test('who asks again and again has one port at a time', async (t) => {
  const { node, workers, asked } = await page(t);
  const { port } = await node.createPort({ grants });
  for (let id = 1; id <= 100; id++) {
    port.postMessage({ type: 'dial', id });
  }
  const other = await connect({ port });
  t.after(() => other.close());
  assert(workers.servers.length <= 4, `${workers.servers.length} ports`);
  const count = (method: string) =>
    asked.filter(([name]) => name === method).length;
  assert.equal(count('ports.create') - count('ports.revoke'), 1);
});

test('a signal ends the wait for a port that nobody answers on', async () => {
  const { port1 } = new MessageChannel();
  await failure(connect({ port: port1, timeout: 10 }), 'timeout');
  port1.close();
});

test('grants are checked, and unknown ones refused', async (t) => {
  const { node, asked } = await page(t);
  for (const wrong of [{ read: 1 }, { write: true }, { topics: 't' }, 5]) {
    const grants = wrong as {};
    await failure(node.createPort({ grants }), 'invalid-option');
    await failure(node.grants.set('https://a', grants), 'invalid-option');
  }
  await failure(node.grants.set(5 as never, {}), 'invalid-option');
  await failure(connect({ port: {} as never }), 'invalid-option');
  assert.deepEqual(asked, []);
  await node.grants.set('https://a', { read: true });
  await node.grants.revoke('https://a', { forget: true });
  assert.deepEqual(await all(node.grants.list({ origin: 'https://a' })), []);
  assert.deepEqual(asked, [
    ['grants.set', { origin: 'https://a', grants: { read: true } }],
    ['grants.revoke', { origin: 'https://a', forget: true }],
    ['grants.list', { origin: 'https://a' }],
  ]);
});
