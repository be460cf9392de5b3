import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, cid, connected, failure } from './setup.js';

const chunk = new Uint8Array(10);

test('options of wrong types are refused here', async (t) => {
  const { node, server } = await connected(t);
  const cases: [string, Promise<unknown>][] = [
    ['offset', all(node.cat(cid, { offset: 'x' as never }))],
    ['offset', all(node.cat(cid, { offset: -1 }))],
    ['length', all(node.cat(cid, { length: 1.5 }))],
    ['length', all(node.cat(cid, { length: 2n ** 64n }))],
    ['compressionLevel', all(node.get(cid, { compressionLevel: 1e12 }))],
    ['archive', all(node.get(cid, { archive: 1 as never }))],
    ['chunker', node.add('x', { chunker: 5 as never })],
    ['pin', node.add('x', { pin: null as never })],
    ['cidVersion', node.add('x', { cidVersion: '1' as never })],
    ['progress', node.add('x', { progress: true as never })],
    ['pinName', all(node.addAll(['x'], { pinName: {} as never }))],
    ['options', node.add('x', null as never)],
    ['options', node.id(5 as never)],
    ['signal', node.id({ signal: {} as never })],
    ['timeout', node.id({ timeout: 'soon' })],
    ['timeout', node.id({ timeout: NaN })],
    ['timeout', node.id({ timeout: -1 })],
    ['storeCodec', node.dag.put({}, { storeCodec: 0x71 as never })],
    ['inputCodec', node.dag.put({}, { inputCodec: 'dag-cbor' })],
    ['path', node.dag.get(cid, { path: 5 as never })],
    ['format', node.block.put(chunk, { format: 5 as never })],
    ['force', all(node.block.rm(cid, { force: 'yes' as never }))],
    ['recursive', node.pin.add(cid, { recursive: 'yes' as never })],
    ['type', all(node.pin.ls({ type: 5 as never }))],
    ['quiet', all(node.repo.gc({ quiet: 1 as never }))],
  ];
  for (const [option, promise] of cases) {
    const error = await failure(promise, 'invalid-option');
    assert.equal(error.details['option'], option);
    assert('value' in error.details);
  }
  assert.equal(server.calls.length, 0);
});

test('what is no CID is refused here', async (t) => {
  const { node, server } = await connected(t);
  for (const value of ['', 'x', 5, null, undefined, {}, [], Symbol('s')]) {
    const cid = value as never;
    for (const promise of [
      node.block.get(cid),
      node.block.stat(cid),
      node.block.put(chunk, { cid: value === undefined ? 'x' : cid }),
      ...(typeof value === 'string'
        ? []
        : [
            all(node.cat(cid)),
            node.dag.get(cid),
            node.pin.add(cid),
            all(node.ls(cid)),
          ]),
    ]) {
      await failure(promise, 'invalid-cid');
    }
  }
  assert.equal(server.calls.length, 0);
});

test('a CID of another copy of multiformats is a CID', async (t) => {
  const { node, server } = await connected(t, (call) => {
    call.result({ cid: cid.bytes, size: 1 });
  });
  const { code, version, multihash, bytes } = cid;
  const foreign = { code, version, multihash, bytes, '/': bytes };
  await node.block.stat(foreign as never);
  assert.deepEqual(server.calls[0]?.request, { cid: cid.bytes });
});

test('a block that is no bytes is refused here', async (t) => {
  const { node, server } = await connected(t);
  const detached = new Uint8Array(5);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const block of ['text', 5, undefined, new Blob(['x']), detached]) {
    const put = node.block.put(block as never);
    const error = await failure(put, 'invalid-source');
    assert.equal(error.op, 'block.put');
  }
  assert.equal(server.calls.length, 0);
});
