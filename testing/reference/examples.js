import { connect, globSource, urlSource } from 'sharednode';
import { connectHub, serveHub } from 'sharednode/hub';
import { createRoom, Room } from 'sharednode/room';

/**
 * An example of every call. The tests run each in a
 * browser, on a node of its own that is on no network unless the example says
 * which peer it is with, and compare what is logged with what `// →` says.
 */
export default {
  connect: async (tab) => {
    const node = await connect({
      config: { network: 'offline' },
      onConflict: 'join',
    });
    node.addEventListener('warning', ({ detail }) => console.log(detail.code));
    console.log(node.peerId !== tab.peerId, node.config.network);
    await node.close();
    // → true offline
  },
  globSource: async (node) => {
    // A page gets a folder of the person's by `showDirectoryPicker()`.
    const folder = await navigator.storage.getDirectory();
    const { cid } = await node.add({ path: 'a.txt', content: 'hello' });
    await node.save(cid, folder, { name: 'a.txt' });
    for await (const { path } of node.addAll(globSource(folder, 'a.*'))) {
      console.log(path);
    }
    // → a.txt
  },
  urlSource: async (node) => {
    const { path, size } = await node.add(urlSource('/hello.txt'));
    console.log(path, size);
    // → hello.txt 11
  },
  add: async (node) => {
    const { cid, size } = await node.add('hello world');
    console.log(cid, size);
    // → bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e 11
  },
  addAll: async (node) => {
    const files = [
      { path: 'site/index.html', content: '<h1>Hello</h1>' },
      { path: 'site/style.css', content: new Blob(['h1 { color: teal }']) },
    ];
    for await (const { path } of node.addAll(files)) {
      console.log(path);
    }
    // → site/index.html
    // → site/style.css
    // → site
  },
  cat: async (node) => {
    const { cid } = await node.add('hello world');
    for await (const chunk of node.cat(cid)) {
      console.log(chunk.length);
    }
    console.log(await node.cat(cid, { offset: 6 }).text());
    // → 11
    // → world
  },
  get: async (node) => {
    const { cid } = await node.add('hello world');
    const tar = await node.get(cid).blob('application/x-tar');
    console.log(tar.size % 512);
    // → 0
  },
  ls: async (node) => {
    const { cid } = await node.add(
      { path: 'a.txt', content: 'hello' },
      { wrapWithDirectory: true },
    );
    for await (const { name, type, size } of node.ls(cid)) {
      console.log(name, type, size);
    }
    // → a.txt file 5
  },
  save: async (node) => {
    const { cid } = await node.add(
      { path: 'notes/hello.txt', content: 'hello world' },
      { wrapWithDirectory: true },
    );
    // A page gets a folder of the person's by `showDirectoryPicker()`.
    const folder = await navigator.storage.getDirectory();
    await node.save(cid, folder, {
      name: 'saved',
      progress: (path) => console.log(path),
    });
    await node.save(`${cid}/notes/hello.txt`, folder);
    const file = await (await folder.getFileHandle('hello.txt')).getFile();
    console.log(await file.text());
    // → saved/notes/hello.txt
    // → hello world
  },
  id: async (node) => {
    const { id } = await node.id();
    console.log(id === node.peerId);
    // → true
  },
  version: async (node) => {
    const { repo } = await node.version();
    console.log(Number(repo) > 0);
    // → true
  },
  isOnline: async (node) => {
    console.log(await node.isOnline());
    // → false
  },
  resolve: async (node) => {
    const { cid } = await node.add(
      { path: 'a.txt', content: 'hello world' },
      { wrapWithDirectory: true },
    );
    console.log(await node.resolve(`/ipfs/${cid}/a.txt`));
    // → /ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
  },
  dns: async (node) => {
    const path = await node.dns('docs.ipfs.tech').catch(({ code }) => code);
    console.log(path);
    // → offline
  },
  refs: async (node) => {
    const { cid } = await node.add(
      { path: 'a.txt', content: 'hello' },
      { wrapWithDirectory: true },
    );
    for await (const { ref } of node.refs(cid, { format: '<linkname>' })) {
      console.log(ref);
    }
    // → a.txt
  },
  'refs.local': async (node) => {
    const { cid } = await node.add('hello world');
    for await (const { ref } of node.refs.local()) {
      if (ref === cid.toString()) console.log('it is here');
    }
    // → it is here
  },
  status: async (node) => {
    const { sessions, worker } = await node.status();
    console.log(sessions.length, worker.kind);
    // → 1 shared
  },
  samples: async (node) => {
    const samples = await node.samples({ since: Date.now() });
    console.log(samples.length);
    // → 0
  },
  start: async (node) => {
    await node.start(); // `connect` has done so
    console.log(node.epoch !== '');
    // → true
  },
  stop: async (node) => {
    await node.stop(); // for this tab; others go on
    console.log(await node.id().catch(({ code }) => code));
    // → closed
  },
  close: async (node) => {
    node.addEventListener('close', () => console.log('closed'));
    await node.close();
    await new Promise((resolve) => setTimeout(resolve));
    // → closed
  },

  'files.mkdir': async (node) => {
    await node.files.mkdir('/notes/today', { parents: true });
    console.log((await node.files.stat('/notes/today')).type);
    // → directory
  },
  'files.write': async (node) => {
    await node.files.write('/a.txt', 'hello', { create: true });
    await node.files.write('/a.txt', ' world', { offset: 5 });
    console.log(await node.files.read('/a.txt').text());
    // → hello world
  },
  'files.read': async (node) => {
    await node.files.write('/a.txt', 'hello world', { create: true });
    console.log(await node.files.read('/a.txt', { length: 5 }).text());
    // → hello
  },
  'files.stat': async (node) => {
    await node.files.write('/a.txt', 'hello world', { create: true });
    const { type, size } = await node.files.stat('/a.txt');
    console.log(type, size);
    // → file 11
  },
  'files.ls': async (node) => {
    await node.files.write('/notes/a.txt', 'a', {
      create: true,
      parents: true,
    });
    for await (const { name, type } of node.files.ls('/notes')) {
      console.log(name, type);
    }
    // → a.txt file
  },
  'files.cp': async (node) => {
    const { cid } = await node.add('hello world');
    await node.files.cp(cid, '/hello.txt');
    console.log(await node.files.read('/hello.txt').text());
    // → hello world
  },
  'files.mv': async (node) => {
    await node.files.write('/a.txt', 'hello', { create: true });
    await node.files.mv('/a.txt', '/b.txt');
    console.log(await node.files.read('/b.txt').text());
    // → hello
  },
  'files.rm': async (node) => {
    await node.files.mkdir('/notes');
    await node.files.rm('/notes', { recursive: true });
    console.log(await node.files.stat('/notes').catch(({ code }) => code));
    // → no-link
  },
  'files.touch': async (node) => {
    await node.files.write('/a.txt', 'hello', { create: true });
    await node.files.touch('/a.txt', { mtime: new Date(1000) });
    console.log((await node.files.stat('/a.txt')).mtime.secs);
    // → 1
  },
  'files.chmod': async (node) => {
    await node.files.write('/run.sh', 'echo hello', { create: true });
    await node.files.chmod('/run.sh', '755');
    console.log((await node.files.stat('/run.sh')).mode.toString(8));
    // → 755
  },
  'files.flush': async (node) => {
    await node.files.write('/a.txt', 'hello', { create: true, flush: false });
    const cid = await node.files.flush('/');
    console.log(await node.cat(`${cid}/a.txt`).text());
    // → hello
  },

  'dag.put': async (node) => {
    const cid = await node.dag.put({ title: 'a list', items: [1, 2, 3] });
    console.log(cid);
    // → bafyreieqcmqbpm6vqnjwmbnon6ln2ozcp3glvfvuyjbnjo6nahrpn7wqqy
  },
  'dag.get': async (node) => {
    const cid = await node.dag.put({ title: 'a list', items: [1, 2, 3] });
    const { value } = await node.dag.get(cid, { path: 'items/1' });
    console.log(value);
    // → 2
  },
  'dag.resolve': async (node) => {
    const inner = await node.dag.put({ title: 'inner' });
    const outer = await node.dag.put({ inner });
    const { cid, remainderPath } = await node.dag.resolve(
      `${outer}/inner/title`,
    );
    console.log(cid.equals(inner), remainderPath);
    // → true title
  },
  'dag.export': async (node) => {
    const { cid } = await node.add('hello world');
    const car = await node.dag.export(cid).blob('application/vnd.ipld.car');
    console.log(car.size);
    // → 107
  },
  'dag.import': async (node) => {
    const { cid } = await node.add('hello world');
    const car = await node.dag.export(cid).blob();
    for await (const { root } of node.dag.import(car)) {
      console.log(root.cid.equals(cid), root.pinErrorMsg);
    }
    // → true
  },
  'dag.stat': async (node) => {
    const { cid } = await node.add('hello world');
    const { uniqueBlocks, totalSize } = await node.dag.stat(cid);
    console.log(uniqueBlocks, totalSize);
    // → 1 11
  },

  'block.put': async (node) => {
    const cid = await node.block.put(new TextEncoder().encode('hello world'));
    console.log(cid);
    // → bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
  },
  'block.get': async (node) => {
    const cid = await node.block.put(new TextEncoder().encode('hello world'));
    const bytes = await node.block.get(cid);
    console.log(new TextDecoder().decode(bytes));
    // → hello world
  },
  'block.stat': async (node) => {
    const cid = await node.block.put(new TextEncoder().encode('hello world'));
    const { size } = await node.block.stat(cid);
    console.log(size);
    // → 11
  },
  'block.rm': async (node) => {
    const cid = await node.block.put(new TextEncoder().encode('hello world'));
    for await (const { error } of node.block.rm([cid])) {
      console.log(error ?? 'removed');
    }
    // → removed
  },

  'pin.add': async (node) => {
    const { cid } = await node.add('hello world', { pin: false });
    await node.pin.add(cid, { name: 'greeting' });
    for await (const { type, name } of node.pin.ls({ paths: cid })) {
      console.log(type, name);
    }
    // → recursive greeting
  },
  'pin.addAll': async (node) => {
    const { cid } = await node.add('hello world', { pin: false });
    for await (const pinned of node.pin.addAll([{ cid, recursive: false }])) {
      console.log(pinned.equals(cid));
    }
    // → true
  },
  'pin.ls': async (node) => {
    await node.add('hello world', { pinName: 'greeting' });
    for await (const { name } of node.pin.ls({ name: 'greet' })) {
      console.log(name);
    }
    // → greeting
  },
  'pin.rm': async (node) => {
    const { cid } = await node.add('hello world');
    console.log((await node.pin.rm(cid)).equals(cid));
    // → true
  },
  'pin.rmAll': async (node) => {
    const { cid } = await node.add('hello world');
    for await (const unpinned of node.pin.rmAll([cid])) {
      console.log(unpinned.equals(cid));
    }
    // → true
  },
  'pin.update': async (node) => {
    const first = await node.add('first', { pinName: 'latest' });
    const second = await node.add('second', { pin: false });
    const [, now] = await node.pin.update(first.cid, second.cid);
    console.log(now.equals(second.cid));
    // → true
  },

  'pin.remote.service.add': async (node) => {
    await node.pin.remote.service.add('mine', {
      endpoint: new URL('https://pins.example/psa'),
      key: 'token-of-the-service',
    });
    const [{ service, endpoint }] = await node.pin.remote.service.ls();
    console.log(service, endpoint.href);
    // → mine https://pins.example/psa
  },
  'pin.remote.service.ls': async (node) => {
    console.log((await node.pin.remote.service.ls()).length);
    // → 0
  },
  'pin.remote.service.rm': async (node) => {
    await node.pin.remote.service.rm('mine');
    console.log((await node.pin.remote.service.ls()).length);
    // → 0
  },
  'pin.remote.add': async (node) => {
    const { cid } = await node.add('hello world');
    const options = { service: 'mine', name: 'greeting', background: true };
    const pin = await node.pin.remote
      .add(cid, options)
      .catch(({ code }) => code);
    console.log(pin);
    // → offline
  },
  'pin.remote.ls': async (node) => {
    try {
      for await (const { cid, status } of node.pin.remote.ls({
        service: 'mine',
        status: ['queued', 'pinning', 'pinned'],
      })) {
        console.log(cid, status);
      }
    } catch (error) {
      console.log(error.code);
    }
    // → offline
  },
  'pin.remote.rm': async (node) => {
    const query = { service: 'mine', name: 'greeting' };
    await node.pin.remote.rm(query).catch(({ code }) => console.log(code));
    // → offline
  },
  'pin.remote.rmAll': async (node) => {
    const query = { service: 'mine', status: ['failed'] };
    await node.pin.remote.rmAll(query).catch(({ code }) => console.log(code));
    // → offline
  },

  'repo.stat': async (node) => {
    await node.block.put(new Uint8Array(1000));
    const { repoSize } = await node.repo.stat();
    console.log(repoSize >= 1000n);
    // → true
  },
  'repo.gc': async (node) => {
    const { cid } = await node.add('not to stay', { pin: false });
    for await (const removed of node.repo.gc()) {
      if (removed.cid?.multihash.bytes.join() === cid.multihash.bytes.join()) {
        console.log('removed');
      }
    }
    // → removed
  },
  'repo.verify': async (node) => {
    for await (const { cid, err } of node.repo.verify()) {
      console.log(cid, err.code); // a block that is damaged
    }
    console.log('all blocks were looked at');
    // → all blocks were looked at
  },
  'repo.version': async (node) => {
    console.log((await node.repo.version()) > 0);
    // → true
  },

  'datastore.put': async (node) => {
    await node.datastore.put('/my-app/theme', 'dark');
    const value = await node.datastore.get('/my-app/theme');
    console.log(new TextDecoder().decode(value));
    // → dark
  },
  'datastore.get': async (node) => {
    const value = await node.datastore
      .get('/my-app/theme')
      .catch(({ code }) => code);
    console.log(value);
    // → no-such-record
  },
  'datastore.has': async (node) => {
    console.log(await node.datastore.has('/my-app/theme'));
    // → false
  },
  'datastore.delete': async (node) => {
    await node.datastore.put('/my-app/theme', 'dark');
    await node.datastore.delete('/my-app/theme');
    console.log(await node.datastore.has('/my-app/theme'));
    // → false
  },
  'datastore.batch': async (node) => {
    await node.datastore.batch([
      { key: '/my-app/theme', value: 'dark' },
      { key: '/my-app/draft' }, // is deleted
    ]);
    console.log(await node.datastore.has('/my-app/theme'));
    // → true
  },
  'datastore.query': async (node) => {
    await node.datastore.put('/my-app/theme', 'dark');
    for await (const { key, value } of node.datastore.query({
      prefix: '/my',
    })) {
      console.log(key, value.length);
    }
    // → /my-app/theme 4
  },

  'key.gen': async (node) => {
    const { name, id } = await node.key.gen('blog');
    console.log(name, id.startsWith('k51'));
    // → blog true
  },
  'key.list': async (node) => {
    await node.key.gen('blog');
    for (const { name } of await node.key.list()) {
      console.log(name);
    }
    // → self
    // → blog
  },
  'key.rename': async (node) => {
    await node.key.gen('blog');
    const { was, now } = await node.key.rename('blog', 'notes');
    console.log(was, now);
    // → blog notes
  },
  'key.rm': async (node) => {
    await node.key.gen('blog');
    console.log((await node.key.rm('blog')).name);
    // → blog
  },
  'key.export': async (node) => {
    await node.key.gen('blog');
    const pem = await node.key.export('blog', 'a long password');
    console.log(pem.split('\n')[0]);
    // → -----BEGIN ENCRYPTED PRIVATE KEY-----
  },
  'key.import': async (node) => {
    const { id } = await node.key.gen('blog');
    const pem = await node.key.export('blog', 'a long password');
    await node.key.rm('blog');
    const key = await node.key.import('blog', pem, 'a long password');
    console.log(key.id === id);
    // → true
  },
  'name.publish': async (node) => {
    const { cid } = await node.add('hello world');
    const { value } = await node.name.publish(cid, { allowOffline: true });
    console.log(value);
    // → /ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
  },
  'name.resolve': async (node) => {
    const { cid } = await node.add('hello world');
    const { name } = await node.name.publish(cid, { allowOffline: true });
    for await (const path of node.name.resolve(name)) {
      console.log(path);
    }
    // → /ipfs/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
  },
  'routing.findProvs': async (node) => {
    const { cid } = await node.add('hello world');
    try {
      for await (const event of node.routing.findProvs(cid)) {
        if (event.name === 'PROVIDER') {
          console.log(event.providers.map(({ id }) => id));
        }
      }
    } catch (error) {
      console.log(error.code); // the node is on no network here
    }
    // → offline
  },
  'routing.findPeer': async (node) => {
    try {
      for await (const event of node.routing.findPeer(node.peerId)) {
        if (event.name === 'FINAL_PEER') {
          console.log(event.peer.multiaddrs);
        }
      }
    } catch (error) {
      console.log(error.code); // the node is on no network here
    }
    // → offline
  },
  'routing.get': async (node) => {
    const { cid } = await node.add('hello world');
    const { name } = await node.name.publish(cid, { allowOffline: true });
    for await (const event of node.routing.get(`/ipns/${name}`)) {
      if (event.name === 'VALUE') {
        console.log(event.value.length > 100);
      }
    }
    // → true
  },
  'routing.put': async (node) => {
    const { cid } = await node.add('hello world');
    const { name } = await node.name.publish(cid, { allowOffline: true });
    const key = `/ipns/${name}`;
    for await (const { value } of node.routing.get(key)) {
      const options = { allowOffline: true };
      for await (const event of node.routing.put(key, value, options)) {
        console.log(event.name);
      }
    }
    // → VALUE
  },
  'routing.provide': async (node) => {
    const { cid } = await node.add('hello world');
    try {
      for await (const event of node.routing.provide(cid)) {
        console.log(event.name);
      }
    } catch (error) {
      console.log(error.code); // no router is configured here
    }
    // → not-supported
  },

  'config.get': async (node) => {
    console.log(await node.config.get('network'));
    // → offline
  },
  'config.getAll': async (node) => {
    const { network } = await node.config.getAll();
    console.log(network === node.config.network);
    // → true
  },
  'stats.repo': async (node) => {
    const { numObjects } = await node.stats.repo();
    console.log(typeof numObjects);
    // → bigint
  },

  'bootstrap.add': async (node, { addr }) => {
    const { Peers } = await node.bootstrap.add(addr);
    console.log(Peers.length);
    // → 1
  },
  'bootstrap.list': async (node, { addr }) => {
    await node.bootstrap.add(addr);
    console.log((await node.bootstrap.list()).Peers.length);
    // → 1
  },
  'bootstrap.rm': async (node, { addr }) => {
    await node.bootstrap.add(addr);
    console.log((await node.bootstrap.rm(addr)).Peers.length);
    // → 1
  },
  'bootstrap.clear': async (node, { addr }) => {
    await node.bootstrap.add(addr);
    await node.bootstrap.clear();
    console.log((await node.bootstrap.list()).Peers.length);
    // → 0
  },
  'bootstrap.reset': async (node, { addr }) => {
    await node.bootstrap.add(addr);
    await node.bootstrap.reset();
    console.log((await node.bootstrap.list()).Peers.length);
    // → 0
  },
  'swarm.connect': async (node, { addr }) => {
    await node.swarm.connect(addr);
    console.log((await node.swarm.peers()).length);
    // → 1
  },
  'swarm.disconnect': async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    await node.swarm.disconnect(peer);
    console.log((await node.swarm.peers()).length);
    // → 0
  },
  'swarm.peers': async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    for (const connection of await node.swarm.peers()) {
      console.log(connection.peer === peer, connection.direction);
    }
    // → true outbound
  },
  'swarm.addrs': async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    const found = (await node.swarm.addrs()).find(({ id }) => id === peer);
    console.log(found.addrs.length > 0);
    // → true
  },
  'swarm.localAddrs': async (node, { addr }) => {
    await node.swarm.connect(addr);
    console.log(await node.swarm.localAddrs());
    // → []
  },
  ping: async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    for await (const { time } of node.ping(peer, { count: 1 })) {
      if (time > 0) console.log('it answers');
    }
    // → it answers
  },
  'bitswap.stat': async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    const { wantlist } = await node.bitswap.stat();
    console.log(wantlist.length);
    // → 0
  },
  'bitswap.wantlist': async (node, { addr }) => {
    await node.swarm.connect(addr);
    console.log((await node.bitswap.wantlist()).length);
    // → 0
  },
  'bitswap.wantlistForPeer': async (node, { addr, peer }) => {
    await node.swarm.connect(addr);
    console.log((await node.bitswap.wantlistForPeer(peer)).length);
    // → 0
  },
  'stats.bitswap': async (node, { addr }) => {
    await node.swarm.connect(addr);
    console.log((await node.stats.bitswap()).blocksReceived);
    // → 0
  },
  'stats.bw': async (node, { addr }) => {
    await node.swarm.connect(addr);
    for await (const { totalOut } of node.stats.bw()) {
      console.log(typeof totalOut);
    }
    // → bigint
  },
  'libp2p.dialProtocol': async (node, { addr }) => {
    const stream = await node.libp2p.dialProtocol(addr, '/echo/1.0.0');
    await stream.write('hello');
    await stream.closeWrite();
    for await (const chunk of stream) {
      console.log(new TextDecoder().decode(chunk));
    }
    // → hello
  },
  'libp2p.handle': async (node, { addr }) => {
    await node.swarm.connect(addr);
    await node.libp2p.handle('/shout/1.0.0', async ({ stream }) => {
      for await (const chunk of stream) {
        await stream.write(new TextDecoder().decode(chunk).toUpperCase());
      }
      await stream.close();
    });
    console.log('handled');
    // → handled
  },
  'libp2p.unhandle': async (node, { addr }) => {
    await node.swarm.connect(addr);
    await node.libp2p.handle('/shout/1.0.0', ({ stream }) => stream.close());
    await node.libp2p.unhandle('/shout/1.0.0');
    console.log('handled no more');
    // → handled no more
  },
  'pubsub.subscribe': async (node, { addr }) => {
    await node.swarm.connect(addr);
    const heard = new Promise((resolve) => {
      void node.pubsub.subscribe('news', ({ data }) => resolve(data));
    });
    await node.pubsub.publish('news', 'hello');
    console.log(new TextDecoder().decode(await heard));
    // → hello
  },
  'pubsub.unsubscribe': async (node, { addr }) => {
    await node.swarm.connect(addr);
    await node.pubsub.subscribe('news', () => {});
    await node.pubsub.unsubscribe('news');
    console.log(await node.pubsub.ls());
    // → []
  },
  'pubsub.publish': async (node, { addr }) => {
    await node.swarm.connect(addr);
    await node.pubsub.publish('news', new TextEncoder().encode('hello'));
    console.log('told');
    // → told
  },
  'pubsub.ls': async (node, { addr }) => {
    await node.swarm.connect(addr);
    await node.pubsub.subscribe('news', () => {});
    console.log(await node.pubsub.ls());
    // → ["news"]
  },
  'pubsub.peers': async (node, { addr }) => {
    await node.swarm.connect(addr);
    console.log(await node.pubsub.peers('news'));
    // → []
  },
  'room.join': async (node, { addr }) => {
    await node.swarm.connect(addr);
    const place = await node.room.join('a room', (news) => {
      if (news.type === 'subscribed')
        console.log(news.member.peer === node.peerId);
    });
    await place.send('hello, all');
    await place.leave();
    // → true
  },

  Room: async (node, { addr }) => {
    await node.swarm.connect(addr);
    const room = new Room(node, 'a room');
    room.on('peer joined', (peer) => room.sendTo(peer, `welcome, ${peer}`));
    const heard = new Promise((resolve) => {
      room.on('message', ({ data }) => resolve(data.toString()));
    });
    await room.joined;
    await room.broadcast('hello, all');
    console.log(await heard, room.getPeers());
    console.log(room.hasPeer(node.peerId), room.getMembers().length);
    await room.leave();
    // → hello, all []
    // → false 0
  },
  createRoom: async (node, { addr }) => {
    await node.swarm.connect(addr);
    const other = await connect({ repo: 'on' }); // as from another tab
    const mine = await createRoom(node, 'a room', { members: true });
    const came = new Promise((resolve) => mine.on('member joined', resolve));
    const theirs = await createRoom(other, 'a room', { members: true });
    const heard = new Promise((resolve) => theirs.on('message', resolve));
    await mine.sendTo(await came, 'for you alone');
    const { from, data } = await heard;
    console.log(data.toString(), from === node.peerId);
    console.log(mine.getMembers().length);
    await other.close();
    // → for you alone true
    // → 1
  },

  'log.ls': async (node) => {
    console.log(Array.isArray(await node.log.ls()));
    // → true
  },
  'log.levels': async (node) => {
    await node.log.level('*', 'warn');
    const levels = await node.log.levels();
    console.log(levels.every(({ level }) => level === 'warn'));
    // → true
  },
  'log.level': async (node) => {
    await node.log.level('*', 'debug');
    console.log('all is told');
    // → all is told
  },
  'log.tail': async (node) => {
    for await (const { message } of node.log.tail({
      lines: 1,
      follow: false,
    })) {
      console.log(typeof message);
    }
    // → string
  },

  connectHub: async (_node) => {
    // At the hub: what a site was granted before needs no click.
    const owner = await connect({ onConflict: 'join' });
    await owner.grants.set(location.origin, { read: true });
    // At the site:
    const node = await connectHub('/dist/hub.html', { want: { read: true } });
    console.log(node.granted.read, node.storage);
    await node.close();
    await owner.close();
    // → true first-party
  },
  serveHub: async (_node) => {
    serveHub({
      decide: ({ want }) =>
        want.list ? 'ask' : { grants: want, remember: true },
    });
    console.log('a hub with a policy of its own');
    // → a hub with a policy of its own
  },
  createPort: async (node) => {
    const { port, revoke } = await node.createPort({ grants: { read: true } });
    // Elsewhere: a frame, a window or a worker that the port was posted to.
    const other = await connect({ port });
    const { cid } = await node.add('hello world');
    console.log(await other.cat(cid).text());
    await other.add('more').catch(({ code }) => console.log(code));
    await other.close();
    await revoke();
    // → hello world
    // → not-granted
  },
  addBlockSource: async (node) => {
    // Elsewhere: a client of another origin's node, of `connectHub`.
    const { port } = await node.createPort({ grants: { read: true } });
    const other = await connect({ port });
    const source = await node.addBlockSource(other);
    await source.stop();
    await other.close();
    console.log('asked no more');
    // → asked no more
  },
  'grants.set': async (node) => {
    await node.grants.set('https://a.example', { read: true });
    for await (const { grants } of node.grants.list()) {
      console.log(grants.read);
    }
    // → true
  },
  'grants.list': async (node) => {
    const origin = 'https://a.example';
    await node.grants.set(origin, { rooms: ['chess/'] });
    for await (const { grants, used } of node.grants.list({ origin })) {
      console.log(grants.rooms, used);
    }
    // → ["chess/"] 0
  },
  'grants.revoke': async (node) => {
    await node.grants.set('https://a.example', { read: true });
    await node.grants.revoke('https://a.example', { forget: true });
    console.log('it may do nothing any more');
    // → it may do nothing any more
  },
};
