import { testCases, type Case } from './cases.js';
import { all, cid } from './setup.js';

const { bytes } = cid;
const path = `${cid}`;
const peer = '12D3KooWPeer';
const mtime = { secs: 1, nsecs: 2 };

const files: Record<string, Case> = {
  'files.cp': {
    ask: (node) => node.files.cp([cid, '/a'], '/b', { parents: true }),
    method: 'files.cp',
    request: { from: [`/ipfs/${path}`, '/a'], to: '/b', parents: true },
    want: undefined,
  },
  'files.mkdir': {
    ask: (node) =>
      node.files.mkdir('/a', {
        mode: '0755',
        mtime: new Date(1000),
        flush: false,
      }),
    method: 'files.mkdir',
    request: {
      path: '/a',
      mode: 0o755,
      mtime: { secs: 1, nsecs: 0 },
      flush: false,
    },
    want: undefined,
  },
  'files.stat': {
    ask: (node) => node.files.stat('/a', { withLocal: true }),
    method: 'files.stat',
    request: { path: '/a', withLocal: true },
    result: {
      ...{ cid: bytes, size: 5n, cumulativeSize: 9, type: 'file', blocks: 0 },
      ...{ withLocality: true, local: true, sizeLocal: 9, mode: 0o644, mtime },
    },
    want: {
      ...{ cid, size: 5, cumulativeSize: 9, type: 'file', blocks: 0 },
      ...{ withLocality: true, local: true, sizeLocal: 9, mode: 0o644 },
      mtime: { secs: 1n, nsecs: 2 },
    },
  },
  'files.stat, of a CID': {
    ask: (node) => node.files.stat(cid),
    method: 'files.stat',
    request: { path: `/ipfs/${path}` },
    result: {
      ...{ cid: bytes, size: 0, cumulativeSize: 4, type: 'directory' },
      ...{ blocks: 1, withLocality: false },
    },
    want: {
      ...{ cid, size: 0, cumulativeSize: 4, type: 'directory', blocks: 1 },
      withLocality: false,
    },
  },
  'files.touch': {
    ask: (node) => node.files.touch('/a', { mtime: [1, 2] }),
    method: 'files.touch',
    request: { path: '/a', mtime },
    want: undefined,
  },
  'files.chmod': {
    ask: (node) => node.files.chmod('/a', 0o700, { flush: true }),
    method: 'files.chmod',
    request: { path: '/a', mode: 0o700, flush: true },
    want: undefined,
  },
  'files.rm': {
    ask: (node) => node.files.rm(['/a', '/b'], { recursive: true }),
    method: 'files.rm',
    request: { paths: ['/a', '/b'], recursive: true },
    want: undefined,
  },
  'files.read': {
    ask: (node) => all(node.files.read('/a', { offset: 1, length: 2n })),
    method: 'files.read',
    request: { path: '/a', offset: 1, length: 2 },
    data: [[1], [2]],
    want: [Uint8Array.of(1), Uint8Array.of(2)],
  },
  'files.write': {
    ask: (node) =>
      node.files.write('/a', new Blob(['ab']), {
        ...{ create: true, truncate: true, offset: 1, length: 2 },
        mtime: { Seconds: 1, FractionalNanoseconds: 2 },
      }),
    method: 'files.write',
    request: {
      ...{ path: '/a', create: true, truncate: true, offset: 1, length: 2 },
      mtime,
    },
    sent: '6162',
    want: undefined,
  },
  'files.write, of a stream': {
    ask: (node) =>
      node.files.write('/a', new Blob(['ab']).stream(), { mode: '644' }),
    method: 'files.write',
    request: { path: '/a', mode: 0o644 },
    sent: '6162',
    want: undefined,
  },
  'files.mv': {
    ask: (node) => node.files.mv('/a', '/b', { hashAlg: 'blake3' }),
    method: 'files.mv',
    request: { from: ['/a'], to: '/b', hashAlg: 'blake3' },
    want: undefined,
  },
  'files.flush': {
    ask: (node) => node.files.flush(),
    method: 'files.flush',
    request: { path: '/' },
    result: { cid: bytes },
    want: cid,
  },
  'files.ls': {
    ask: (node) => all(node.files.ls('/a', { long: false })),
    method: 'files.ls',
    request: { path: '/a', long: false },
    items: [
      { name: 'a', cid: bytes },
      { name: 'b', cid: bytes, type: 'directory', mode: 0o755 },
    ],
    want: [
      { name: 'a', cid, type: 'file', size: 0 },
      { name: 'b', cid, type: 'directory', size: 0, mode: 0o755 },
    ],
  },
};

const dag: Record<string, Case> = {
  'dag.export': {
    ask: (node) => all(node.dag.export(cid, { offline: true })),
    method: 'dag.export',
    request: { path, offline: true },
    data: [[1, 2]],
    want: [Uint8Array.of(1, 2)],
  },
  'dag.import': {
    ask: (node) =>
      all(
        node.dag.import([Uint8Array.of(1), Uint8Array.of(2)], {
          pinRoots: false,
        }),
      ),
    method: 'dag.import',
    request: { pinRoots: false },
    sent: '0102',
    sentItems: [{ name: '' }],
    items: [{ cid: bytes }, { cid: bytes, pinErrorMsg: 'not there' }],
    result: { blockCount: 1, blockBytesCount: 2 },
    want: [
      { root: { cid, pinErrorMsg: '' } },
      { root: { cid, pinErrorMsg: 'not there' } },
    ],
  },
  'dag.import, of files': {
    ask: (node) =>
      node.dag
        .import([new File(['a'], 'a.car'), new File(['b'], 'b'.repeat(300))])
        .next(),
    method: 'dag.import',
    request: {},
    sent: '6162',
    sentItems: [{ name: 'a.car' }, { name: 'b'.repeat(63) }],
    result: { blockCount: 3, blockBytesCount: 2n },
    want: { done: true, value: { blockCount: 3, blockBytesCount: 2 } },
  },
  'dag.stat': {
    ask: (node) => node.dag.stat([cid, `${cid}/a`]),
    method: 'dag.stat',
    request: { paths: [path, `${path}/a`] },
    result: {
      ...{ uniqueBlocks: 2, totalSize: 10n, sharedSize: 5 },
      dagStats: [{ cid: bytes, size: 10, numBlocks: 2 }],
    },
    want: {
      ...{ uniqueBlocks: 2, totalSize: 10, sharedSize: 5, ratio: 1.5 },
      dagStats: [{ cid, size: 10, numBlocks: 2 }],
    },
  },
  refs: {
    ask: async (node) =>
      (await all(node.refs(cid, { recursive: true, maxDepth: -1 }))).map(
        ({ ref, err }) => [ref, err?.code],
      ),
    method: 'refs',
    request: { paths: [path], recursive: true, maxDepth: -1 },
    items: [{ ref: 'a' }, { ref: '', err: 'gone', code: 'not-found' }],
    want: [
      ['a', undefined],
      ['', 'not-found'],
    ],
  },
  'refs.local': {
    ask: (node) => all(node.refs.local()),
    method: 'refs.local',
    request: null,
    items: [{ cid: bytes }],
    want: [{ ref: path }],
  },
  resolve: {
    ask: (node) => node.resolve('/ipns/a', { cidBase: 'base58btc' }),
    method: 'resolve',
    request: { name: '/ipns/a', cidBase: 'base58btc' },
    result: { path: '/ipfs/b' },
    want: '/ipfs/b',
  },
  dns: {
    ask: (node) => node.dns('a.example', { recursive: false }),
    method: 'dns',
    request: { domain: 'a.example', recursive: false },
    result: { path: '/ipfs/b' },
    want: '/ipfs/b',
  },
  'pin.update': {
    ask: (node) => node.pin.update(cid, `${cid}/a`, { unpin: false }),
    method: 'pin.update',
    request: { from: path, to: `${path}/a`, unpin: false },
    result: { cids: [bytes, bytes] },
    want: [cid, cid],
  },
};

const key = { id: 'k51', name: 'a' };
const names: Record<string, Case> = {
  'key.gen': {
    ask: (node) =>
      node.key.gen('a', { type: 'rsa', size: 3072, 'ipns-base': 'b58mh' }),
    method: 'key.gen',
    request: { name: 'a', type: 'rsa', size: 3072, ipnsBase: 'b58mh' },
    result: key,
    want: key,
  },
  'key.list': {
    ask: (node) => node.key.list(),
    method: 'key.list',
    request: {},
    items: [key],
    want: [key],
  },
  'key.rm': {
    ask: (node) => node.key.rm('a'),
    method: 'key.rm',
    request: { name: 'a' },
    result: key,
    want: key,
  },
  'key.rename': {
    ask: (node) => node.key.rename('a', 'b', { force: true }),
    method: 'key.rename',
    request: { name: 'a', newName: 'b', force: true },
    result: { id: 'k51', was: 'a', now: 'b', overwrite: false },
    want: { id: 'k51', was: 'a', now: 'b', overwrite: false },
  },
  'key.import': {
    ask: (node) => node.key.import('a', 'pem', 'password'),
    method: 'key.import',
    request: {
      ...{ name: 'a', password: 'password' },
      key: new TextEncoder().encode('pem'),
    },
    result: key,
    want: key,
  },
  'key.export': {
    ask: (node) => node.key.export('a', 'password'),
    method: 'key.export',
    request: { name: 'a', password: 'password' },
    result: { key: new TextEncoder().encode('pem') },
    want: 'pem',
  },
  'key.export, as bytes': {
    ask: (node) =>
      node.key.export('a', undefined, { format: 'libp2p-protobuf-cleartext' }),
    method: 'key.export',
    request: { name: 'a', format: 'libp2p-protobuf-cleartext' },
    result: { key: Uint8Array.of(1) },
    want: Uint8Array.of(1),
  },
  'name.publish': {
    ask: (node) =>
      node.name.publish(cid, { key: 'a', ttl: '1m', 'ipns-base': 'b58mh' }),
    method: 'name.publish',
    request: { value: path, key: 'a', ttl: '1m', ipnsBase: 'b58mh' },
    result: { name: 'k51', value: `/ipfs/${path}` },
    want: { name: 'k51', value: `/ipfs/${path}` },
  },
  'name.resolve': {
    ask: (node) => all(node.name.resolve('/ipns/k51', { nocache: true })),
    method: 'name.resolve',
    request: { name: '/ipns/k51', nocache: true },
    items: [{ path: '/ipfs/a' }, { path: '/ipfs/b' }],
    want: ['/ipfs/a', '/ipfs/b'],
  },
  'name.resolve, of the node itself': {
    ask: (node) => all(node.name.resolve()),
    method: 'name.resolve',
    request: {},
    want: [],
  },
  'routing.findPeer': {
    ask: (node) => all(node.routing.findPeer(peer)),
    method: 'routing.findPeer',
    request: { peer },
    items: [
      { name: 'SENDING_QUERY', router: 'https://r' },
      { name: 'FINAL_PEER', peers: [{ id: peer, multiaddrs: ['/a'] }] },
      { name: 'OF_TOMORROW' },
    ],
    want: [
      { name: 'SENDING_QUERY', type: 0, router: 'https://r' },
      {
        ...{ name: 'FINAL_PEER', type: 2 },
        peer: { id: peer, multiaddrs: ['/a'], protocols: [] },
      },
    ],
  },
  'routing.findProvs': {
    ask: async (node) =>
      (await all(node.routing.findProvs(cid, { numProviders: 1 }))).map(
        (event) =>
          event.name === 'QUERY_ERROR'
            ? [event.error.code, event.error.op]
            : event,
      ),
    method: 'routing.findProvs',
    request: { cid: bytes, numProviders: 1 },
    items: [
      {
        name: 'PROVIDER',
        peers: [{ id: peer, protocols: ['transport-bitswap'] }],
      },
      { name: 'QUERY_ERROR', error: { code: 'cors-refused', message: 'x' } },
    ],
    want: [
      {
        ...{ name: 'PROVIDER', type: 4 },
        providers: [
          { id: peer, multiaddrs: [], protocols: ['transport-bitswap'] },
        ],
      },
      ['cors-refused', 'routing.findProvs'],
    ],
  },
  'routing.get': {
    ask: (node) => all(node.routing.get(new TextEncoder().encode('/ipns/a'))),
    method: 'routing.get',
    request: { key: '/ipns/a' },
    items: [{ name: 'VALUE', value: Uint8Array.of(1) }],
    want: [{ name: 'VALUE', type: 5, value: Uint8Array.of(1) }],
  },
  'routing.put': {
    ask: (node) =>
      all(
        node.routing.put('/ipns/a', Uint8Array.of(1), { allowOffline: true }),
      ),
    method: 'routing.put',
    request: { key: '/ipns/a', allowOffline: true },
    sent: '01',
    want: [],
  },
  'routing.provide': {
    ask: (node) => all(node.routing.provide([cid, path], { recursive: true })),
    method: 'routing.provide',
    request: { cids: [bytes, bytes], recursive: true },
    want: [],
  },
};

const service = 'cluster';
const pin = { cid, name: 'n', status: 'pinned' };
const endpoint = 'https://pins.example/';
const remote: Record<string, Case> = {
  'pin.remote.add': {
    ask: (node) =>
      node.pin.remote.add(cid, {
        ...{ service, name: 'n', background: true, timeout: '1m' },
        origins: ['/ip4/127.0.0.1'],
      }),
    method: 'pin.remote.add',
    request: {
      ...{ cid: bytes, service, name: 'n', background: true },
      origins: ['/ip4/127.0.0.1'],
    },
    result: { ...pin, cid: bytes },
    want: pin,
  },
  'pin.remote.ls': {
    ask: (node) =>
      all(node.pin.remote.ls({ service, cid: [cid], status: ['failed'] })),
    method: 'pin.remote.ls',
    request: { service, cids: [bytes], status: ['failed'] },
    items: [{ ...pin, cid: bytes }],
    want: [pin],
  },
  'pin.remote.rm': {
    ask: (node) => node.pin.remote.rm({ service, name: 'n' }),
    method: 'pin.remote.rm',
    request: { service, name: 'n' },
    want: undefined,
  },
  'pin.remote.rmAll': {
    ask: (node) => node.pin.remote.rmAll({ service }),
    method: 'pin.remote.rm',
    request: { service, all: true },
    want: undefined,
  },
  'pin.remote.service.add': {
    ask: (node) =>
      node.pin.remote.service.add(service, {
        ...{ endpoint: new URL(endpoint), key: 'token' },
      }),
    method: 'pin.remote.service.add',
    request: { service, endpoint, key: 'token' },
    want: undefined,
  },
  'pin.remote.service.rm': {
    ask: (node) => node.pin.remote.service.rm(service),
    method: 'pin.remote.service.rm',
    request: { service },
    want: undefined,
  },
  'pin.remote.service.ls': {
    ask: (node) => node.pin.remote.service.ls(),
    method: 'pin.remote.service.ls',
    request: {},
    items: [{ service, endpoint }],
    want: [{ service, endpoint: new URL(endpoint) }],
  },
  'pin.remote.service.ls, with what they say': {
    ask: async (node) =>
      (await node.pin.remote.service.ls({ stat: true })).map(({ stat }) =>
        stat.status === 'valid' ? stat.pinCount : stat.error.code,
      ),
    method: 'pin.remote.service.ls',
    request: { stat: true },
    items: [
      {
        ...{ service, endpoint },
        stat: {
          status: 'valid',
          pinCount: { queued: 1, pinning: 2, pinned: 3n, failed: 4 },
        },
      },
      {
        ...{ service, endpoint },
        stat: { status: 'invalid', code: 'unauthorized', error: 'x' },
      },
    ],
    want: [{ queued: 1, pinning: 2, pinned: 3, failed: 4 }, 'unauthorized'],
  },
};

const addr = `/ip4/127.0.0.1/tcp/4001/ws/p2p/${peer}`;
const network: Record<string, Case> = {
  'id, of a peer': {
    ask: (node) => node.id({ peerId: peer }),
    method: 'id',
    request: { peer },
    result: { id: peer },
    want: { id: peer },
  },
  'swarm.peers, with what they tell': {
    ask: async (node) =>
      (await node.swarm.peers({ identify: true })).map((p) => p.identify),
    method: 'swarm.peers',
    request: { identify: true },
    items: [
      {
        ...{ peer, addr: '/a', direction: 'inbound' },
        identify: {
          ...{
            id: peer,
            publicKey: 'key',
            addresses: [addr],
            agentVersion: 'v',
          },
          ...{ protocolVersion: 'p', protocols: ['/a'] },
        },
      },
    ],
    want: [
      {
        ...{ ID: peer, PublicKey: 'key', Addresses: [addr], AgentVersion: 'v' },
        Protocols: ['/a'],
      },
    ],
  },
  'bootstrap.list': {
    ask: (node) => node.bootstrap.list(),
    method: 'bootstrap.list',
    request: null,
    result: { addrs: [addr] },
    want: { Peers: [addr] },
  },
  'bootstrap.add': {
    ask: (node) => node.bootstrap.add(addr),
    method: 'bootstrap.add',
    request: { addr },
    result: { addrs: [addr] },
    want: { Peers: [addr] },
  },
  'bootstrap.rm': {
    ask: (node) => node.bootstrap.rm(addr),
    method: 'bootstrap.rm',
    request: { addr },
    result: { addrs: [] },
    want: { Peers: [] },
  },
  'bootstrap.clear': {
    ask: (node) => node.bootstrap.clear(),
    method: 'bootstrap.clear',
    request: null,
    result: { addrs: [addr] },
    want: { Peers: [addr] },
  },
  'bootstrap.reset': {
    ask: (node) => node.bootstrap.reset(),
    method: 'bootstrap.reset',
    request: null,
    result: { addrs: [] },
    want: { Peers: [] },
  },
  'config.getAll': {
    ask: (node) => node.config.getAll(),
    method: 'config.getAll',
    request: null,
    result: { network: 'offline' },
    want: { network: 'offline' },
  },
  'config.get': {
    ask: (node) => node.config.get('network'),
    method: 'config.getAll',
    request: null,
    result: { network: 'offline' },
    want: 'offline',
  },
  'stats.bw': {
    ask: (node) =>
      all(node.stats.bw({ poll: true, interval: '2s', proto: '/a', peer })),
    method: 'stats.bw',
    request: { poll: true, interval: 2000, proto: '/a', peer },
    items: [{ totalIn: 1, totalOut: 2n, rateIn: 3, rateOut: 4 }],
    want: [{ totalIn: 1n, totalOut: 2n, rateIn: 3, rateOut: 4 }],
  },
  'stats.repo': {
    ask: async (node) => (await node.stats.repo()).numObjects,
    method: 'repo.stat',
    request: null,
    result: { numObjects: 1, repoSize: 2, storageMax: 3 },
    want: 1n,
  },
};

const one = Uint8Array.of(1);
const datastore: Record<string, Case> = {
  'datastore.has': {
    ask: (node) => node.datastore.has('/a'),
    method: 'datastore.has',
    request: { key: '/a' },
    result: true,
    want: true,
  },
  'datastore.get': {
    ask: (node) => node.datastore.get('/a'),
    method: 'datastore.get',
    request: { key: '/a' },
    data: [[1]],
    want: one,
  },
  'datastore.put': {
    ask: (node) => node.datastore.put('/a', one),
    method: 'datastore.batch',
    request: null,
    sentItems: [{ key: '/a' }],
    sent: '01',
    want: undefined,
  },
  'datastore.delete': {
    ask: (node) => node.datastore.delete('/a'),
    method: 'datastore.batch',
    request: null,
    sentItems: [{ key: '/a', delete: true }],
    want: undefined,
  },
  'datastore.batch': {
    ask: (node) =>
      node.datastore.batch([{ key: '/a', value: 'a' }, { key: '/b' }]),
    method: 'datastore.batch',
    request: null,
    sentItems: [{ key: '/a' }, { key: '/b', delete: true }],
    sent: '61',
    want: undefined,
  },
  'datastore.query': {
    ask: (node) => all(node.datastore.query({ prefix: '/', keysOnly: true })),
    method: 'datastore.query',
    request: { prefix: '/', keysOnly: true },
    items: [{ key: '/a' }],
    want: [{ key: '/a', value: new Uint8Array() }],
  },
};

testCases({ ...datastore, ...files, ...dag, ...names, ...remote, ...network });
