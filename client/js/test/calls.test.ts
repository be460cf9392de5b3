import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeCall, welcome } from './fake-server.js';
import { all, cid, connected, failure } from './setup.js';

const WINDOW = 1024 * 1024; // the client's
const chunk = new Uint8Array(32 * 1024 - 12).fill(7);

test('results as the Core API has them', async (t) => {
  const via = cid.bytes;
  const answers: Record<string, (call: FakeCall) => void> = {
    id: (call) => call.result({ id: '12D3', addresses: [] }),
    version: (call) => call.result({ version: '1' }),
    isOnline: (call) => call.result(false),
    status: (call) => {
      const session = { id: 's1', started: 1, calls: 1, received: 2, sent: 3 };
      const sessions = [{ ...session, client: 'c' }];
      call.result({ epoch: 'e', started: 5, memory: 2n ** 60n, sessions });
    },
    ls: (call) => {
      const entry = { type: 'file', name: 'n', path: 'p/n', size: 5 };
      call.item({ ...entry, cid: via, mode: 420, mtime: { secs: 7 } });
      call.result(null);
    },
    'block.get': (call) => {
      call.data(Uint8Array.of(1, 2));
      call.data(Uint8Array.of(3));
      call.result({ cid: via, size: 3 });
    },
    'block.stat': (call) => call.result({ cid: via, size: 3 }),
    'block.put': (call) => call.ended && call.result({ cid: via, size: 1 }),
    'block.rm': (call) => {
      call.item({ cid: via });
      call.item({ cid: via, code: 'pinned', error: 'it is pinned' });
      call.result(null);
    },
    'dag.put': (call) => call.ended && call.result({ cid: via }),
    'dag.resolve': (call) => call.result({ cid: via, remainderPath: 'a' }),
    'pin.add': (call) => call.result({ cid: via }),
    'pin.rm': (call) => call.result({ cid: via }),
    'pin.ls': (call) => {
      call.item({ cid: via, type: 'recursive', name: 'n' });
      call.item({ cid: via, type: 'indirect', via });
      call.result(null);
    },
    'repo.gc': (call) => {
      call.item({ cid: via });
      call.item({ cid: via, code: 'storage-failed', error: 'failed' });
      call.result(null);
    },
    'repo.stat': (call) => {
      const stat = { numObjects: 1, repoSize: 2, storageMax: 2n ** 60n };
      call.result({ ...stat, repoPath: 'p', version: '1', quota: 9 });
    },
    'repo.verify': (call) => {
      call.item({ cid: via, code: 'invalid-block', error: 'bad' });
      call.result({ checked: 10, bad: 1 });
    },
    'repo.version': (call) => call.result(1),
  };
  const { node, server } = await connected(t, (call) => {
    answers[call.method]?.(call);
  });
  const lastRequest = () => server.calls.at(-1)?.request;

  assert.deepEqual(await node.id(), { id: '12D3', addresses: [] });
  assert.deepEqual(await node.version(), { version: '1' });
  assert.equal(await node.isOnline(), false);
  const status = await node.status();
  assert.equal(status.memory, 2 ** 60);
  assert.equal(status.sessions[0]?.sent, 3);

  assert.deepEqual(await all(node.ls(`/ipfs/${cid}`)), [
    {
      ...{ type: 'file', cid, name: 'n', path: 'p/n', size: 5 },
      ...{ mode: 420, mtime: { secs: 7n, nsecs: 0 } },
    },
  ]);
  assert.deepEqual(lastRequest(), { path: `/ipfs/${cid}` });

  assert.deepEqual(await node.block.get(cid), Uint8Array.of(1, 2, 3));
  assert.deepEqual(await node.block.stat(`${cid}`), { cid, size: 3 });
  assert.deepEqual(lastRequest(), { cid: cid.bytes });
  assert.deepEqual(
    await node.block.put(Uint8Array.of(5), { format: 'raw', cid }),
    cid,
  );
  assert.deepEqual(lastRequest(), { format: 'raw', cid: cid.bytes });
  assert.deepEqual([...(server.calls.at(-1)?.bytes ?? [])], [5]);
  const removed = await all(node.block.rm([cid, `${cid}`], { force: true }));
  assert.deepEqual(removed[0], { cid });
  assert.equal(removed[1]?.error?.code, 'pinned');
  assert.deepEqual(lastRequest(), { cids: [via, via], force: true });

  assert.deepEqual(await node.dag.put({ a: 1 }, { storeCodec: 'json' }), cid);
  assert.deepEqual(lastRequest(), {
    inputCodec: 'dag-cbor',
    storeCodec: 'json',
  });
  assert.deepEqual(server.calls.at(-1)?.bytes.toString('hex'), 'a1616101');
  await node.dag.put(Uint8Array.of(0xf6), { inputCodec: 'dag-json' });
  assert.deepEqual(lastRequest(), { inputCodec: 'dag-json' });
  assert.deepEqual(await node.dag.resolve(cid, { path: 'x/a' }), {
    cid,
    remainderPath: 'a',
  });
  assert.deepEqual(lastRequest(), { path: `${cid}/x/a` });

  assert.deepEqual(await node.pin.add(cid, { name: 'n' }), cid);
  assert.deepEqual(lastRequest(), { path: `${cid}`, name: 'n' });
  const inputs = [cid, { path: '/ipfs/x', recursive: false }, `${cid}`];
  assert.equal((await all(node.pin.addAll(inputs))).length, 3);
  assert.deepEqual(server.calls.at(-2)?.request, {
    path: '/ipfs/x',
    recursive: false,
  });
  assert.deepEqual(await all(node.pin.rmAll({ cid })), [cid]);
  assert.deepEqual(await all(node.pin.ls({ paths: cid, type: 'all' })), [
    { cid, type: 'recursive', name: 'n' },
    { cid, type: 'indirect', via: cid },
  ]);
  assert.deepEqual(lastRequest(), { paths: [`${cid}`], type: 'all' });

  const collected = await all(node.repo.gc());
  assert.deepEqual(collected[0], { cid });
  assert.equal(collected[1]?.err?.code, 'storage-failed');
  assert.equal((await all(node.repo.gc({ quiet: true }))).length, 1);
  assert.deepEqual(await node.repo.stat(), {
    ...{ numObjects: 1n, repoSize: 2n, storageMax: 2n ** 60n },
    ...{ repoPath: 'p', version: '1', usage: 0n, quota: 9n },
  });
  const verify = node.repo.verify();
  const first = await verify.next();
  assert(!first.done);
  assert.equal(first.value.err.code, 'invalid-block');
  assert.deepEqual(await verify.next(), {
    done: true,
    value: { checked: 10, bad: 1 },
  });
  assert.equal(await node.repo.version(), 1);
});

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

test('the error of a node comes whole', async (t) => {
  const details = { cid: `${cid}` };
  const { node } = await connected(t, (c) => c.error('not-found', details));
  const error = await failure(node.block.get(cid), 'not-found');
  assert.equal(error.name, 'SharednodeError');
  assert.equal(error.op, 'block.get');
  assert.deepEqual(error.details, details);
  assert.match(error.message, /fake not-found/);
});

test('data comes before the error that follows it', async (t) => {
  const { node } = await connected(t, (call) => {
    call.data(chunk);
    call.error('not-found');
  });
  const iteration = node.cat(cid);
  assert.equal((await iteration.next()).value?.length, chunk.length);
  await failure(iteration.next(), 'not-found');
});

test('what is not read is not sent', async (t) => {
  const { node, server } = await connected(t, () => {});
  const iteration = node.cat(cid);
  const first = iteration.next();
  await server.until(() => server.calls.length === 1);
  const call = server.calls[0] as FakeCall;
  const cost = chunk.length + 12;
  for (let sent = 0; sent < WINDOW; sent += cost) {
    call.data(chunk);
  }
  await first;
  await sleep(20);
  assert.equal(call.credit, 0, 'credit for what nobody has read');
  for (let i = 1; i < WINDOW / cost / 2; i++) {
    await iteration.next();
  }
  await server.until(() => call.credit > 0);
  assert.equal(call.credit, WINDOW / 2);
  await iteration.return();
});

test('a source is read no faster than it is taken', async (t) => {
  const { node, server } = await connected(t, () => {});
  let read = 0;
  async function* source() {
    for (;;) {
      read += chunk.length;
      yield chunk;
    }
  }
  const add = node.add(source());
  await server.until(() => (server.calls[0]?.received ?? 0) > 30_000);
  await sleep(20);
  const call = server.calls[0] as FakeCall;
  assert(call.received <= welcome.window, `${call.received} bytes sent`);
  assert(read <= welcome.window + 2 * chunk.length, `${read} bytes read`);
  const before = call.received;
  call.grant(chunk.length + 12);
  await server.until(() => call.received > before);
  call.error('storage-full');
  await failure(add, 'storage-full');
});

test('a stream that is not wanted any more is canceled', async (t) => {
  const { node, server } = await connected(t, () => {});
  let canceled = false;
  const never = new ReadableStream({
    pull: () => new Promise(() => {}),
    cancel: () => {
      canceled = true;
    },
  });
  const add = node.add(never);
  await server.until(() => server.calls[0]?.items.length);
  server.calls[0]?.error('storage-full');
  await failure(add, 'storage-full');
  assert(canceled);
});

test('a stream that was never wanted is canceled', async (t) => {
  const { node, server } = await connected(t);
  let canceled = false;
  const stream = new ReadableStream({ cancel: () => void (canceled = true) });
  const add = node.add(stream, { signal: AbortSignal.abort() });
  await assert.rejects(add, { name: 'AbortError' });
  assert(canceled);
  assert.equal(server.calls.length, 0);
});

test('bytes that are taken away under an add are noticed', async (t) => {
  const { node, server } = await connected(t, () => {});
  const mine = new Uint8Array(1024 * 1024);
  const add = node.add(mine);
  await server.until(() => (server.calls[0]?.received ?? 0) > 0);
  structuredClone(mine.buffer, { transfer: [mine.buffer] });
  server.calls[0]?.grant(1024 * 1024);
  const error = await failure(add, 'source-changed');
  assert.deepEqual(error.details, { expected: 1024 * 1024, actual: 0 });
});

test('progress is told, and may end an add by throwing', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (call.ended && !call.canceled) {
      call.item({ progress: { path: 'a', bytes: 5 } });
    }
  });
  const fault = new Error('from progress');
  const add = node.add('hello', {
    progress: (bytes, path) => {
      assert.deepEqual([bytes, path], [5, 'a']);
      throw fault;
    },
  });
  await assert.rejects(add, fault);
  await server.until(() => server.calls[0]?.canceled);
  assert.deepEqual(server.calls[0]?.request, { progress: true });
});

test('leaving a loop gives the call up', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (!call.canceled) {
      call.data(chunk);
    }
  });
  for await (const bytes of node.cat(cid)) {
    assert.equal(bytes.length, chunk.length);
    break;
  }
  await server.until(() => server.calls[0]?.canceled);
  assert.equal(server.calls[0]?.canceled?.code, 'canceled');
  assert.equal(await isUsable(node, server), true);
});

test('a signal ends a call with its reason', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (call.method === 'cat' && !call.canceled) {
      call.data(chunk);
    }
  });
  const steps: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    'a call': (signal) => node.id({ signal }),
    'a stream': (signal) => all(node.cat(cid, { signal })),
    'an add that waits for credit': (signal) =>
      node.add(new Uint8Array(1 << 20), { signal }),
    'an add that waits for its source': (signal) =>
      node.add(new ReadableStream(), { signal }),
    'an add that waits for its answer': (signal) => node.add('x', { signal }),
  };
  for (const [name, start] of Object.entries(steps)) {
    const { length } = server.calls;
    const controller = new AbortController();
    const running = start(controller.signal);
    running.catch(() => {});
    await server.until(() => server.calls.length > length);
    await sleep(5);
    const reason = new Error(name);
    controller.abort(reason);
    await assert.rejects(running, reason, name);
    await server.until(() => server.calls.at(-1)?.canceled);
  }
  const { length } = server.calls;
  const aborted = AbortSignal.abort();
  await assert.rejects(node.id({ signal: aborted }), { name: 'AbortError' });
  await assert.rejects(node.add('x', { signal: aborted }), {
    name: 'AbortError',
  });
  assert.equal(server.calls.length, length, 'nothing was asked for');
  assert.equal(await isUsable(node, server), true);
});

test('a signal ends a stream that has all come but is not read', async (t) => {
  const { node } = await connected(t, (call) => {
    call.data(chunk);
    call.data(chunk);
    call.result(null);
  });
  const controller = new AbortController();
  const iteration = node.cat(cid, { signal: controller.signal });
  await iteration.next();
  await sleep(5);
  controller.abort();
  await assert.rejects(iteration.next(), { name: 'AbortError' });
});

test('signals are let go at the end of a call', async (t) => {
  const { node } = await connected(t, (call) => call.result(true));
  const { signal } = new AbortController();
  await node.isOnline({ signal });
  await all(node.cat(cid, { signal }));
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
});

test('a timeout ends a call', async (t) => {
  const { node, server } = await connected(t, () => {});
  for (const timeout of [10, '10ms', '0.01s']) {
    const error = await failure(node.id({ timeout }), 'timeout');
    assert.equal(error.op, 'id');
    assert.deepEqual(error.details, { timeout: 10 });
  }
  await server.until(() => server.calls.at(-1)?.canceled);
  assert.equal(server.calls.at(-1)?.canceled?.code, 'timeout');
});

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
      node.dag.get(cid),
      ...(typeof value === 'string'
        ? []
        : [all(node.cat(cid)), node.pin.add(cid), all(node.ls(cid))]),
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

test('more calls than the server takes wait for each other', async (t) => {
  const { node, server } = await connected(t, () => {});
  const answer = (call: FakeCall) => call.result({ cid: cid.bytes, size: 1 });
  const uploads = [1, 2, 3].map((n) => node.block.put(Uint8Array.of(n)));
  const calls = [1, 2, 3].map(() => node.block.stat(cid));
  await server.until(() => server.calls.length === 4);
  await sleep(10);
  assert.deepEqual(
    server.calls.map((call) => call.method),
    ['block.put', 'block.put', 'block.stat', 'block.stat'],
  );
  answer(server.calls[2] as FakeCall);
  await server.until(() => server.calls.length === 5);
  assert.equal(server.calls[4]?.method, 'block.stat', 'no upload may start');
  answer(server.calls[0] as FakeCall);
  await server.until(() => server.calls.length === 6);
  assert.equal(server.calls[5]?.method, 'block.put');
  server.calls.slice(1).forEach((call, i) => i !== 1 && answer(call));
  await Promise.all([...uploads, ...calls]);
});

test('a call that waits for its turn can be given up', async (t) => {
  const { node, server } = await connected(t, () => {});
  const running = [1, 2, 3, 4].map(() => node.id({ timeout: 200 }));
  const waiting = node.version({ timeout: 10 });
  await failure(waiting, 'timeout');
  for (const call of running) {
    await failure(call, 'timeout');
  }
  assert(!server.calls.some((call) => call.method === 'version'));
});

test('a canceled call keeps its place until the server has ended it', async (t) => {
  const { node, server } = await connected(t, () => {});
  server.answersCancel = false;
  for (let i = 0; i < welcome.maxCalls; i++) {
    await failure(node.id({ timeout: 1 }), 'timeout');
  }
  const next = node.version();
  await server.until(() => server.calls.at(-1)?.canceled);
  await sleep(10);
  assert.equal(server.calls.length, welcome.maxCalls);
  server.calls[0]?.data(chunk); // comes too late, and is dropped
  server.calls[0]?.error('canceled');
  await server.until(() => server.calls.length > welcome.maxCalls);
  server.calls.at(-1)?.result({ version: '1' });
  assert.deepEqual(await next, { version: '1' });
});

test('a request too large to send fails alone', async (t) => {
  const { node, server } = await connected(t, (call) => call.result(true));
  const paths = new Array<string>(60_000).fill('x'.repeat(30));
  const error = await failure(all(node.pin.ls({ paths })), 'frame-too-large');
  assert.equal(error.op, 'pin.ls');
  assert.equal(await isUsable(node, server), true);
});

/** Whether calls are still answered. */
async function isUsable(
  node: Awaited<ReturnType<typeof connected>>['node'],
  server: Awaited<ReturnType<typeof connected>>['server'],
): Promise<boolean> {
  server.handler = (call) => {
    if (call.method === 'isOnline') {
      call.result(true);
    }
  };
  return node.isOnline({ timeout: 1000 });
}
