import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type FakeCall, welcome } from './fake-server.js';
import { all, cid, connected, failure } from './setup.js';

const WINDOW = 1024 * 1024; // the client's
const chunk = new Uint8Array(32 * 1024 - 12).fill(7);

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
    call.data(chunk);
    call.error('not-found');
  });
  const iteration = node.cat(cid);
  for (let i = 0; i < 2; i++) {
    assert.equal((await iteration.next()).value?.length, chunk.length);
    await sleep(5); // all has come by now
  }
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
  assert.equal(await isUsable(node, server), true);
  assert(!server.calls.some((call) => call.method === 'version'));
});

test('a canceled call keeps its place until the server has ended it', async (t) => {
  const { node, server } = await connected(t, () => {});
  server.answersCancel = false;
  const places = welcome.maxCalls - 1; // that of the events
  for (let i = 0; i < places; i++) {
    await failure(node.id({ timeout: 1 }), 'timeout');
  }
  const next = node.version();
  await server.until(() => server.calls.at(-1)?.canceled);
  await sleep(10);
  assert.equal(server.calls.length, places);
  server.calls[0]?.data(chunk); // comes too late, and is dropped
  server.calls[0]?.error('canceled');
  await server.until(() => server.calls.length > places);
  server.calls.at(-1)?.result({ version: '1' });
  assert.deepEqual(await next, { version: '1' });
});

test('a request too large to send fails alone', async (t) => {
  const { node, server } = await connected(t, (call) => call.result(true));
  const paths = new Array<string>(2_200).fill('x'.repeat(30));
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
