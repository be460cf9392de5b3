import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CID } from 'multiformats/cid';
import { open } from '../src/connect.js';
import { Sharednode } from '../src/node.js';
import { FrameType } from '../src/protocol/frame.js';
import { fakeDial } from './fake-server.js';

const cid = CID.parse(
  'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
);

test('add sends a small file in one message', async () => {
  const { dial, servers } = fakeDial();
  const node = await open(new Sharednode(dial, { config: {} }), {});
  const [server] = servers;
  assert(server);
  server.handler = (call) => {
    if (call.ended) {
      call.item({ added: { path: '', cid: cid.bytes, size: 11 } });
      call.result(null);
    }
  };
  const added = await node.add('hello world', { pin: false });
  assert.deepEqual(added, { cid, path: cid.toString(), size: 11 });
  const types = server.messages.at(-1)?.map((frame) => frame.type);
  const { open: o, item, data } = FrameType;
  assert.deepEqual(types, [o, item, data, data]);
  assert.equal(server.calls[0]?.bytes.toString(), 'hello world');
  assert.deepEqual(server.calls[0]?.items, [{ path: '', size: 11 }]);
  await node.close();
});
