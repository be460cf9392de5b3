import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, testCases } from './cases.js';
import { FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, told } from './link-setup.js';
import { all, cid, connected, failure } from './setup.js';

const { bytes } = cid;
const peer = '12D3KooWPeer';
const addr = `/ip4/127.0.0.1/tcp/4001/ws/p2p/${peer}`;
const offline = true;
const path = `${cid}`;

/** A PeerId or a Multiaddr of another library. */
const textLike = (text: string) => ({ toString: () => text });

const cases: Record<string, Case> = {
  'swarm.connect': {
    ask: (node) => node.swarm.connect(textLike(addr)),
    method: 'swarm.connect',
    request: { addr },
    want: undefined,
  },
  'swarm.disconnect': {
    ask: (node) => node.swarm.disconnect(peer),
    method: 'swarm.disconnect',
    request: { addr: `/p2p/${peer}` },
    want: undefined,
  },
  'swarm.peers': {
    ask: (node) => node.swarm.peers({ verbose: true }),
    method: 'swarm.peers',
    request: {},
    items: [
      { peer, addr: '/a', direction: 'inbound' },
      {
        ...{ peer, addr: '/b', direction: 'outbound', muxer: '/yamux/1.0.0' },
        ...{ latency: 1_250_000, streams: ['/meshsub/1.2.0'], limited: true },
      },
    ],
    want: [
      { peer, addr: '/a', direction: 'inbound', streams: [], limited: false },
      {
        ...{ peer, addr: '/b', direction: 'outbound', muxer: '/yamux/1.0.0' },
        ...{ latency: '1.25ms', streams: ['/meshsub/1.2.0'], limited: true },
      },
    ],
  },
  'swarm.addrs': {
    ask: (node) => node.swarm.addrs(),
    method: 'swarm.addrs',
    request: null,
    items: [{ id: peer, addrs: [addr] }],
    want: [{ id: peer, addrs: [addr] }],
  },
  'swarm.localAddrs': {
    ask: (node) => node.swarm.localAddrs(),
    method: 'swarm.localAddrs',
    request: null,
    result: { addrs: [addr] },
    want: [addr],
  },
  ping: {
    ask: (node) => all(node.ping(textLike(peer), { count: 1 })),
    method: 'ping',
    request: { peer, count: 1 },
    items: [
      { success: true, time: 5n },
      { success: true, text: 'Average latency: 5ns' },
    ],
    want: [
      { success: true, time: 5, text: '' },
      { success: true, time: 0, text: 'Average latency: 5ns' },
    ],
  },
  'bitswap.stat': {
    ask: (node) => node.bitswap.stat(),
    method: 'bitswap.stat',
    request: null,
    result: {
      ...{
        wantlist: [bytes],
        peers: [peer],
        messagesReceived: 7,
        messagesDropped: 8,
      },
      ...{ blocksReceived: 1, dataReceived: 2n ** 60n, blocksSent: 3 },
      ...{ dataSent: 4, dupBlksReceived: 5, dupDataReceived: 6 },
    },
    want: {
      ...{
        wantlist: [cid],
        peers: [peer],
        messagesReceived: 7n,
        messagesDropped: 8n,
      },
      ...{ blocksReceived: 1n, dataReceived: 2n ** 60n, blocksSent: 3n },
      ...{ dataSent: 4n, dupBlksReceived: 5n, dupDataReceived: 6n },
    },
  },
  'bitswap.wantlist': {
    ask: (node) => node.bitswap.wantlist(),
    method: 'bitswap.wantlist',
    request: {},
    items: [{ cid: bytes }],
    want: [cid],
  },
  'bitswap.wantlistForPeer': {
    ask: (node) => node.bitswap.wantlistForPeer(textLike(peer)),
    method: 'bitswap.wantlist',
    request: { peer },
    want: [],
  },
  'pubsub.publish': {
    ask: (node) => node.pubsub.publish('topic', Uint8Array.of(1, 2)),
    method: 'pubsub.publish',
    request: { topic: 'topic' },
    sent: '0102',
    want: undefined,
  },
  'pubsub.ls': {
    ask: (node) => node.pubsub.ls(),
    method: 'pubsub.ls',
    request: null,
    result: { topics: ['a', 'b'] },
    want: ['a', 'b'],
  },
  'pubsub.peers': {
    ask: (node) => node.pubsub.peers('topic'),
    method: 'pubsub.peers',
    request: { topic: 'topic' },
    result: { peers: [peer] },
    want: [peer],
  },
  'ls, offline': {
    ask: (node) => all(node.ls(cid, { offline })),
    method: 'ls',
    request: { path, offline },
    want: [],
  },
  'dag.get, offline': {
    ask: (node) => node.dag.get(cid, { offline }),
    method: 'dag.get',
    request: { path, offline },
    data: [[1]],
    result: { cid: bytes },
    want: { value: Uint8Array.of(1), remainderPath: '' },
  },
  'dag.resolve, offline': {
    ask: (node) => node.dag.resolve(cid, { offline }),
    method: 'dag.resolve',
    request: { path, offline },
    result: { cid: bytes },
    want: { cid, remainderPath: '' },
  },
  'block.get, offline': {
    ask: (node) => node.block.get(cid, { offline }),
    method: 'block.get',
    request: { cid: bytes, offline },
    data: [[1]],
    result: { cid: bytes, size: 1 },
    want: Uint8Array.of(1),
  },
  'block.stat, offline': {
    ask: (node) => node.block.stat(cid, { offline }),
    method: 'block.stat',
    request: { cid: bytes, offline },
    result: { cid: bytes, size: 1 },
    want: { cid, size: 1 },
  },
  'pin.add, offline': {
    ask: (node) => node.pin.add(cid, { offline }),
    method: 'pin.add',
    request: { path, offline },
    result: { cid: bytes },
    want: cid,
  },
};

testCases(cases);

test('what names no peer is refused', async (t) => {
  const { node, server } = await connected(t);
  for (const bad of [undefined, null, 5, {}] as any[]) {
    await failure(all(node.ping(bad)), 'invalid-peer-id');
    await failure(node.bitswap.wantlistForPeer(bad), 'invalid-peer-id');
    await failure(node.swarm.connect(bad), 'invalid-address');
    await failure(node.libp2p.dialProtocol(bad, '/a'), 'invalid-peer-id');
  }
  for (const bad of [undefined, 5, {}] as any[]) {
    await failure(node.pubsub.publish(bad, 'x'), 'invalid-topic');
    await failure(node.pubsub.peers(bad), 'invalid-topic');
    await failure(node.pubsub.publish('topic', bad), 'invalid-source');
    await failure(node.libp2p.dialProtocol(peer, bad), 'invalid-option');
  }
  await failure(all(node.ping(peer, { count: -1 })), 'invalid-option');
  assert.equal(server.calls.length, 0);
});

test('peers are watched once somebody listens, on each worker', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  node.addEventListener('reconnect', () => {});
  const news: string[] = [];
  const note = ({ type, detail }: CustomEvent<string>) =>
    news.push(`${type} ${detail}`);
  assert.equal(workers.last.calls.length, 0);
  node.addEventListener('peer:connect', note);
  node.addEventListener('peer:disconnect', note);
  const first = workers.last;
  await first.until(() => first.calls.length === 1);
  const [call] = first.calls;
  assert.equal(call?.method, 'swarm.events');
  call.item({ type: 'connect', peer: 'a' });
  call.item({ type: 'connect', peer: 'b' });
  call.item({ type: 'disconnect', peer: 'a' });
  const gone = told(node, 'peer:disconnect');
  assert.equal(await gone, 'a');
  workers.answer = welcomeWith({ epoch: 'epoch-2' });
  goodbye(first, 'closing');
  await told(node, 'reconnect');
  const second = workers.last;
  await second.until(() => second.calls.length === 1);
  second.calls[0]?.item({ type: 'connect', peer: 'b' });
  await told(node, 'peer:connect');
  assert.deepEqual(news, [
    'peer:connect a',
    'peer:connect b',
    'peer:disconnect a',
    'peer:disconnect b',
    'peer:connect b',
  ]);
  assert.equal(second.calls.length, 1);
});

test('lists of the configuration are in conflict with none', async (t) => {
  const workers = new FakeWorkers();
  const running = { bootstrap: [addr, '/other'], network: 'on' };
  workers.answer = welcomeWith({ app: { peerId: 'p', config: running } });
  const config = { bootstrap: [addr], network: 'offline' };
  const node = await openNode(t, workers, {}, { config, onConflict: 'join' });
  assert.deepEqual((await told(node, 'warning')).details, {
    fields: { network: { wanted: 'offline', running: 'on' } },
  });
});
