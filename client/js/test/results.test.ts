import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Case, testCases } from './cases.js';
import { all, cid, connected, failure } from './setup.js';

const { bytes } = cid;

const cases: Record<string, Case> = {
  id: {
    ask: (node) => node.id(),
    method: 'id',
    request: null,
    result: { id: '12D3', addresses: [] },
    want: { id: '12D3', addresses: [] },
  },
  version: {
    ask: (node) => node.version(),
    method: 'version',
    request: null,
    result: { version: '1' },
    want: { version: '1' },
  },
  isOnline: {
    ask: (node) => node.isOnline(),
    method: 'isOnline',
    request: null,
    result: false,
    want: false,
  },
  status: {
    ask: (node) => node.status(),
    method: 'status',
    request: null,
    result: {
      worker: { kind: 'native', version: '1', epoch: 'e' },
      started: 5,
      now: { time: 1, memory: 2n ** 60n },
      sessions: [{ id: 's', calls: [{ method: 'cat', sent: 2n ** 60n }] }],
    },
    want: {
      worker: { kind: 'native', version: '1', epoch: 'e' },
      started: 5,
      now: { time: 1, memory: 2 ** 60 },
      sessions: [{ id: 's', calls: [{ method: 'cat', sent: 2 ** 60 }] }],
    },
  },
  cat: {
    ask: (node) => all(node.cat(cid, { offset: 1, length: 2n ** 53n })),
    method: 'cat',
    request: { path: `${cid}`, offset: 1, length: 2n ** 53n },
    data: [[1, 2], [3]],
    want: [Uint8Array.of(1, 2), Uint8Array.of(3)],
  },
  get: {
    ask: (node) =>
      all(node.get(`${cid}/a`, { compress: true, compressionLevel: -1 })),
    method: 'get',
    request: { path: `${cid}/a`, compress: true, compressionLevel: -1 },
    data: [[1]],
    want: [Uint8Array.of(1)],
  },
  ls: {
    ask: (node) => all(node.ls(`/ipfs/${cid}`)),
    method: 'ls',
    request: { path: `/ipfs/${cid}` },
    items: [
      {
        type: 'file',
        name: 'n',
        path: 'p/n',
        size: 5,
        cid: bytes,
        mode: 420,
        mtime: { secs: 7 },
      },
      { type: 'dir', name: 'd', path: 'p/d', size: 0, cid: bytes },
    ],
    want: [
      {
        type: 'file',
        name: 'n',
        path: 'p/n',
        size: 5,
        cid,
        mode: 420,
        mtime: { secs: 7n, nsecs: 0 },
      },
      { type: 'dir', name: 'd', path: 'p/d', size: 0, cid },
    ],
  },
  addAll: {
    ask: (node) =>
      all(
        node.addAll(['x'], {
          profile: 'unixfs-v0-2015',
          cidVersion: 1,
          pin: false,
        }),
      ),
    method: 'add',
    request: { profile: 'unixfs-v0-2015', cidVersion: 1, pin: false },
    sent: Buffer.from('x').toString('hex'),
    sentItems: [{ path: '', size: 1 }],
    items: [
      { added: { path: '', cid: bytes, size: 2 ** 40 } },
      {
        added: {
          path: 'd',
          cid: bytes,
          size: 5,
          mode: 0,
          mtime: { secs: -1, nsecs: 5 },
        },
      },
    ],
    want: [
      { path: `${cid}`, cid, size: 2 ** 40 },
      { path: 'd', cid, size: 5, mode: 0, mtime: { secs: -1n, nsecs: 5 } },
    ],
  },
  'block.get': {
    ask: (node) => node.block.get(cid),
    method: 'block.get',
    request: { cid: bytes },
    data: [[1, 2], [3]],
    result: { cid: bytes, size: 3 },
    want: Uint8Array.of(1, 2, 3),
  },
  'block.get of nothing': {
    ask: (node) => node.block.get(`${cid}`),
    method: 'block.get',
    request: { cid: bytes },
    result: { cid: bytes, size: 0 },
    want: new Uint8Array(0),
  },
  'block.stat': {
    ask: (node) => node.block.stat(cid),
    method: 'block.stat',
    request: { cid: bytes },
    result: { cid: bytes, size: 3 },
    want: { cid, size: 3 },
  },
  'block.put': {
    ask: (node) =>
      node.block.put(Uint8Array.of(5, 6), {
        format: 'raw',
        mhtype: 'sha2-256',
        version: 1,
      }),
    method: 'block.put',
    request: { format: 'raw', mhtype: 'sha2-256', version: 1 },
    sent: '0506',
    result: { cid: bytes, size: 2 },
    want: cid,
  },
  'block.put under a CID': {
    ask: (node) =>
      node.block.put(Uint8Array.of(5).buffer, { cid: `${cid}`, pin: true }),
    method: 'block.put',
    request: { cid: bytes, pin: true },
    sent: '05',
    result: { cid: bytes, size: 1 },
    want: cid,
  },
  'block.rm': {
    ask: async (node) =>
      (
        await all(node.block.rm([cid, `${cid}`], { force: true, quiet: false }))
      ).map(({ cid, error }) => [
        cid,
        error?.code,
        error?.message,
        error?.details,
      ]),
    method: 'block.rm',
    request: { cids: [bytes, bytes], force: true, quiet: false },
    items: [
      { cid: bytes },
      {
        cid: bytes,
        code: 'pinned',
        error: 'it is pinned',
        origin: 'https://a.example',
      },
    ],
    want: [
      [cid, undefined, undefined, undefined],
      [cid, 'pinned', 'it is pinned', { origin: 'https://a.example' }],
    ],
  },
  'dag.put': {
    ask: (node) =>
      node.dag.put({ a: 1 }, { storeCodec: 'dag-json', hashAlg: 'sha2-512' }),
    method: 'dag.put',
    request: {
      inputCodec: 'dag-cbor',
      storeCodec: 'dag-json',
      hashAlg: 'sha2-512',
    },
    sent: 'a1616101',
    result: { cid: bytes },
    want: cid,
  },
  'dag.put of bytes already encoded': {
    ask: (node) =>
      node.dag.put(Buffer.from('{}'), {
        inputCodec: 'dag-json',
        onlyHash: true,
      }),
    method: 'dag.put',
    request: { inputCodec: 'dag-json', onlyHash: true },
    sent: '7b7d',
    result: { cid: bytes },
    want: cid,
  },
  'dag.resolve': {
    ask: (node) => node.dag.resolve(cid, { path: 'x/a' }),
    method: 'dag.resolve',
    request: { path: `${cid}/x/a` },
    result: { cid: bytes, remainderPath: 'a' },
    want: { cid, remainderPath: 'a' },
  },
  'dag.resolve to a block': {
    ask: (node) => node.dag.resolve(`/ipfs/${cid}/`),
    method: 'dag.resolve',
    request: { path: `/ipfs/${cid}/` },
    result: { cid: bytes },
    want: { cid, remainderPath: '' },
  },
  'pin.add': {
    ask: (node) => node.pin.add(cid, { name: 'n', recursive: false }),
    method: 'pin.add',
    request: { path: `${cid}`, name: 'n', recursive: false },
    result: { cid: bytes },
    want: cid,
  },
  'pin.addAll': {
    ask: (node) =>
      all(
        node.pin.addAll([{ path: '/ipfs/x', recursive: false }], { name: 'n' }),
      ),
    method: 'pin.add',
    request: { path: '/ipfs/x', recursive: false, name: 'n' },
    result: { cid: bytes },
    want: [cid],
  },
  'pin.rm': {
    ask: (node) => node.pin.rm(`/ipfs/${cid}`),
    method: 'pin.rm',
    request: { path: `/ipfs/${cid}` },
    result: { cid: bytes },
    want: cid,
  },
  'pin.rmAll of one': {
    ask: (node) => all(node.pin.rmAll({ cid })),
    method: 'pin.rm',
    request: { path: `${cid}` },
    result: { cid: bytes },
    want: [cid],
  },
  'pin.ls': {
    ask: (node) =>
      all(node.pin.ls({ paths: [cid, 'x'], type: 'all', name: 'n' })),
    method: 'pin.ls',
    request: { paths: [`${cid}`, 'x'], type: 'all', name: 'n' },
    items: [
      { cid: bytes, type: 'recursive', name: 'n' },
      { cid: bytes, type: 'indirect', via: bytes },
    ],
    want: [
      { cid, type: 'recursive', name: 'n' },
      { cid, type: 'indirect', via: cid },
    ],
  },
  'repo.gc': {
    ask: async (node) =>
      (await all(node.repo.gc())).map(({ cid, err }) => [cid, err?.code]),
    method: 'repo.gc',
    request: {},
    items: [{ cid: bytes }, { cid: bytes, code: 'storage-failed', error: 'x' }],
    want: [
      [cid, undefined],
      [undefined, 'storage-failed'],
    ],
  },
  'repo.gc, quietly': {
    ask: async (node) =>
      (await all(node.repo.gc({ quiet: true }))).map(({ err }) => err?.code),
    method: 'repo.gc',
    request: { quiet: true },
    items: [{ cid: bytes }, { cid: bytes, code: 'storage-failed', error: 'x' }],
    want: ['storage-failed'],
  },
  'repo.stat': {
    ask: (node) => node.repo.stat(),
    method: 'repo.stat',
    request: null,
    result: {
      numObjects: 1,
      repoSize: 2,
      storageMax: 2n ** 60n,
      repoPath: 'p',
      version: '1',
      quota: 9,
    },
    want: {
      numObjects: 1n,
      repoSize: 2n,
      storageMax: 2n ** 60n,
      repoPath: 'p',
      version: '1',
      usage: 0n,
      quota: 9n,
    },
  },
  'repo.verify': {
    ask: async (node) => {
      const verify = node.repo.verify();
      const bad = await verify.next();
      assert(!bad.done);
      return [bad.value.cid, bad.value.err.code, await verify.next()];
    },
    method: 'repo.verify',
    request: null,
    items: [{ cid: bytes, code: 'invalid-block', error: 'bad' }],
    result: { checked: 10, bad: 1 },
    want: [
      cid,
      'invalid-block',
      { done: true, value: { checked: 10, bad: 1 } },
    ],
  },
  'repo.version': {
    ask: (node) => node.repo.version(),
    method: 'repo.version',
    request: null,
    result: 1,
    want: 1,
  },
};

testCases(cases);

test('dag.get follows what is left of the path', async (t) => {
  const block = Buffer.from('a161618263616263d82a' + '5825' + '00', 'hex');
  const link = Buffer.concat([block, cid.bytes]); // {a: ['abc', link]}
  const { node } = await connected(t, (call) => {
    const { path } = call.request as { path: string };
    const at = `bafyreibsskdrklcctyvid3ei3hyzhjjpirrsgoza3nbkh7tpwa6fmwhfuy`;
    assert(path.startsWith(at));
    call.data(link);
    const dagCBOR = Buffer.from(cid.bytes);
    dagCBOR[1] = 0x71;
    call.result({ cid: dagCBOR, remainderPath: path.slice(at.length + 1) });
  });
  const root = 'bafyreibsskdrklcctyvid3ei3hyzhjjpirrsgoza3nbkh7tpwa6fmwhfuy';
  const get = (path?: string, localResolve?: boolean) =>
    node.dag.get(root, { path, localResolve });
  assert.deepEqual((await get()).value, { a: ['abc', cid] });
  assert.deepEqual((await get('/a/0')).value, 'abc');
  assert.deepEqual(await get('a/1/x/y', true), {
    value: cid,
    remainderPath: 'x/y',
  });
  const error = await failure(get('a/2'), 'no-link');
  assert.equal(error.details['link'], '2');
});

test('block.rm takes more blocks than one request holds', async (t) => {
  const { node, server } = await connected(t, (call) => {
    const { cids } = call.request as { cids: Uint8Array[] };
    call.item({ cid: cids[0] });
    call.result(null);
  });
  const told = await all(node.block.rm(Array(2500).fill(cid)));
  assert.deepEqual(
    server.calls.map(({ request }) => (request as { cids: [] }).cids.length),
    [1000, 1000, 500],
  );
  assert.equal(told.length, 3);
});
