import { unixfs } from '@helia/unixfs';
import { createHelia, createHeliaLight } from 'helia';
import { Key } from 'interface-datastore/key';
import {
  SharednodeBlockstore,
  SharednodeBroker,
  SharednodeDatastore,
} from 'sharednode/helia';

/** Examples of the stores, run as those of testing/reference are. */
export default {
  SharednodeBlockstore: async (node) => {
    const helia = await createHelia({
      blockstore: new SharednodeBlockstore(node),
      datastore: new SharednodeDatastore(node, '/my-app'),
      start: false, // Helia's own network is not needed for that
    });
    const cid = await unixfs(helia).addBytes(new TextEncoder().encode('hello'));
    console.log(await node.cat(cid).text());
    // → hello
  },
  'SharednodeBlockstore.blocks': async (node) => {
    const blockstore = new SharednodeBlockstore(node, { network: true });
    const cid = await node.block.put(new TextEncoder().encode('a block'));
    const bytes = await node.block.get(cid);
    await blockstore.put(cid, bytes);
    for await (const _ of blockstore.putMany([{ cid, bytes }]));
    for await (const chunk of blockstore.get(cid)) {
      console.log(new TextDecoder().decode(chunk));
    }
    for await (const block of blockstore.getMany([cid])) {
      console.log(block.cid.equals(cid));
    }
    for await (const block of blockstore.getAll()) {
      if (block.cid.equals(cid)) console.log('it is among all');
    }
    await blockstore.delete(cid);
    for await (const _ of blockstore.deleteMany([cid]));
    console.log(await blockstore.has(cid));
    // → a block
    // → true
    // → it is among all
    // → false
  },
  SharednodeBroker: async (node) => {
    const broker = new SharednodeBroker(node);
    const helia = createHeliaLight({ blockBrokers: [broker] }); // a store of its own
    const cid = await node.block.put(new TextEncoder().encode('of the node'));
    for await (const chunk of helia.blockstore.get(cid)) {
      console.log(new TextDecoder().decode(chunk));
    }
    console.log((await broker.retrieve(cid)).length); // as Helia asks
    // → of the node
    // → 11
  },
  SharednodeDatastore: async (node) => {
    const datastore = new SharednodeDatastore(node, '/my-app');
    const key = new Key('/theme');
    await datastore.put(key, new TextEncoder().encode('dark'));
    console.log(new TextDecoder().decode(await datastore.get(key)));
    for await (const entry of datastore.query({ prefix: '/the' })) {
      console.log(`${entry.key}`, entry.value.length);
    }
    for await (const found of datastore.queryKeys({ prefix: '/the' })) {
      console.log(`${found}`);
    }
    await datastore.delete(key);
    console.log(await datastore.has(key));
    // → dark
    // → /theme 4
    // → /theme
    // → false
  },
  'SharednodeDatastore.many': async (node) => {
    const datastore = new SharednodeDatastore(node, '/my-app');
    const [a, b] = [new Key('/a'), new Key('/b')];
    const value = new TextEncoder().encode('value');
    const pairs = [a, b].map((key) => ({ key, value }));
    for await (const _ of datastore.putMany(pairs));
    for await (const { key } of datastore.getMany([a, b])) {
      console.log(`${key}`);
    }
    const batch = datastore.batch(); // all of it or none
    batch.put(a, new Uint8Array(0));
    batch.delete(b);
    await batch.commit();
    for await (const _ of datastore.deleteMany([a]));
    console.log(await datastore.has(b));
    // → /a
    // → /b
    // → false
  },
};
