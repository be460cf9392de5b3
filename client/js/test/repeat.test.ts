import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AddResult } from '../src/api/files.js';
import type { SharednodeError } from '../src/errors.js';
import { Methods } from '../src/nodeapi.gen.js';
import type { Sharednode } from '../src/node.js';
import { type FakeCall, FakeWorkers } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { all, cid, failure } from './setup.js';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
const bytes = (value: string) => Buffer.from(value);
const added = (path: string) => ({
  added: { path, cid: cid.bytes, size: 1 },
});

/** A client, and workers that answer each its own part of a test. */
class Runs {
  readonly workers = new FakeWorkers();
  node!: Sharednode;

  static async start(t: TestContext): Promise<Runs> {
    const runs = new Runs();
    runs.node = await openNode(t, runs.workers);
    return runs;
  }

  /** Waits until a run of the one call there is has begun with a request. */
  async run(number: number, request?: object): Promise<FakeCall> {
    await this.workers.reached(number);
    const server = this.workers.last;
    await server.until(() => server.calls.length === 1);
    const call = server.calls[0] as FakeCall;
    if (request !== undefined) {
      assert.deepEqual(call.request, request);
    }
    return call;
  }

  /** Waits until a run has all of its input. */
  async input(number: number): Promise<FakeCall> {
    const call = await this.run(number);
    await call.server.until(() => call.ended);
    return call;
  }

  /** Ends the worker's session. */
  end(code = 'worker-crashed'): void {
    goodbye(this.workers.last, code);
  }
}

test('what reads is asked again, twice at most', async (t) => {
  const runs = await Runs.start(t);
  const version = runs.node.version();
  await runs.run(1);
  runs.end();
  await runs.run(2);
  runs.end('queue-limit');
  (await runs.run(3)).result({ version: '3' });
  assert.deepEqual(await version, { version: '3' });

  const fatal = runs.node.id();
  for (const number of [3, 4, 5]) {
    await runs.workers.reached(number);
    const server = runs.workers.last;
    await server.until(() => server.calls.at(-1)?.method === 'id');
    runs.end();
  }
  const error = await failure(fatal, 'worker-restarted');
  assert.equal((error.cause as SharednodeError).code, 'worker-crashed');
});

test('a call that a worker does not begin any more is made at the next', async (t) => {
  const runs = await Runs.start(t);
  const published = runs.node.pubsub.publish('topic', 'once');
  (await runs.input(1)).error('closing');
  const worker = { kind: 'shared', url: 'http://x/2.js' };
  goodbye(runs.workers.last, 'worker-moved', { worker });
  const again = await runs.input(2);
  assert.equal(text(again.bytes), 'once');
  assert.deepEqual(runs.workers.place, worker);
  again.result(null);
  await published;
});

test('what would be done twice is not repeated', async (t) => {
  const calls: ((node: Sharednode) => Promise<unknown>)[] = [
    (node) => node.pubsub.publish('topic', 'once'),
    (node) => node.pin.rm(cid),
    (node) => all(node.block.rm(cid)),
    (node) => all(node.repo.gc()),
    (node) => node.swarm.disconnect('/p2p/x'),
  ];
  for (const call of calls) {
    const runs = await Runs.start(t);
    const result = call(runs.node);
    await runs.run(1);
    runs.end();
    await failure(result, 'worker-restarted');
    await runs.workers.reached(2);
  }
});

test('cat goes on where it was', async (t) => {
  const runs = await Runs.start(t);
  const options = { offset: 10, length: 9n };
  const chunks = runs.node.cat(cid, options);
  const path = cid.toString();
  const first = chunks.next();
  const one = await runs.run(1, { path, offset: 10, length: 9 });
  one.data(bytes('abc'));
  assert.equal(text((await first).value as Uint8Array), 'abc');
  runs.end();
  const two = await runs.run(2, { path, offset: 13, length: 6 });
  two.data(bytes('defg'));
  two.data(bytes('lost with the worker before it was read'));
  assert.equal(text((await chunks.next()).value as Uint8Array), 'defg');
  runs.end();
  const three = await runs.run(3, { path, offset: 17, length: 2 });
  three.data(bytes('hi'));
  three.result(null);
  assert.deepEqual((await all(chunks)).map(text), ['hi']);
});

test('what was taken of a block or a listing is left out', async (t) => {
  const block = await Runs.start(t);
  const got = block.node.block.get(cid);
  (await block.run(1)).data(bytes('abc'));
  await new Promise((resolve) => setTimeout(resolve, 10)); // it is taken
  block.end();
  const again = await block.run(2);
  again.data(bytes('ab'));
  again.data(bytes('cdef'));
  again.result({ cid: cid.bytes, size: 6 });
  assert.equal(text(await got), 'abcdef');

  const entry = (name: string) => ({
    ...{ type: 'file', cid: cid.bytes, name, path: name, size: 1 },
  });
  const list = await Runs.start(t);
  const entries = list.node.ls(cid);
  const first = entries.next();
  (await list.run(1)).item(entry('a'));
  assert.equal((await first).value?.name, 'a');
  list.end();
  const rest = await list.run(2);
  ['a', 'b', 'c'].forEach((name) => rest.item(entry(name)));
  rest.result(null);
  const names = (await all(entries)).map(({ name }) => name);
  assert.deepEqual(names, ['b', 'c']);
});

test('a list without an order is repeated only from its beginning', async (t) => {
  const runs = await Runs.start(t);
  const pins = runs.node.pin.ls();
  const first = pins.next();
  await runs.run(1);
  runs.end();
  (await runs.run(2)).item({ type: 'direct', cid: cid.bytes });
  assert.equal((await first).value?.type, 'direct');
  runs.end();
  await failure(pins.next(), 'worker-restarted');
});

test('an add is made again from what it has', async (t) => {
  const runs = await Runs.start(t);
  const told: [number, string][] = [];
  const progress = (count: number, path: string) => told.push([count, path]);
  const content = new Blob(['a Blob']);
  const results: AddResult[] = [];
  const adding = (async () => {
    const sources = [
      { path: 'a', content },
      { path: 'b', content: 'text' },
    ];
    for await (const one of runs.node.addAll(sources, { progress })) {
      results.push(one);
    }
  })();
  const tell = (call: FakeCall, count: number, path: string) =>
    call.item({ progress: { bytes: count, path } });
  const one = await runs.input(1);
  tell(one, 3, 'a');
  tell(one, 6, 'a');
  one.item(added('a'));
  while (results.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  runs.end();
  const two = await runs.input(2);
  assert.equal(text(two.bytes), 'a Blobtext');
  assert.deepEqual(two.items, one.items);
  tell(two, 3, 'a');
  tell(two, 6, 'a');
  two.item(added('a'));
  tell(two, 4, 'b');
  two.item(added('b'));
  two.result(null);
  await adding;
  assert.deepEqual(
    results.map(({ path }) => path),
    ['a', 'b'],
  );
  assert.deepEqual(told, [
    [3, 'a'],
    [6, 'a'],
    [4, 'b'],
  ]);
});

for (const [name, source, again] of [
  ['bytes', Uint8Array.of(1), true],
  ['a Blob with a path', { path: 'x', content: new Blob(['x']) }, true],
  ['a directory', { path: 'x' }, true],
  ['a stream', new Blob(['x']).stream(), false],
  [
    'a generator',
    (function* () {
      yield 'x';
    })(),
    false,
  ],
  ['an iterable with a path', { path: 'x', content: ['x'].values() }, false],
] as const) {
  test(`an add of ${name} is ${again ? '' : 'not '}made again`, async (t) => {
    const runs = await Runs.start(t);
    const adding = runs.node.add(source);
    await runs.run(1);
    runs.end();
    if (again) {
      const call = await runs.input(2);
      call.item(added('x'));
      call.result(null);
      assert.equal((await adding).path, 'x');
    } else {
      await failure(adding, 'worker-restarted');
    }
  });
}

test('puts and pins are made again', async (t) => {
  const calls: Record<string, (node: Sharednode) => Promise<unknown>> = {
    [Methods.BlockPut]: (node) => node.block.put(Uint8Array.of(1)),
    [Methods.DAGPut]: (node) => node.dag.put({ a: 1 }),
    [Methods.PinAdd]: (node) => node.pin.add(cid),
  };
  for (const [method, call] of Object.entries(calls)) {
    const runs = await Runs.start(t);
    const result = call(runs.node);
    const first = await runs.input(1);
    runs.end();
    const again = await runs.input(2);
    assert.equal(again.method, method);
    assert.deepEqual(again.request, first.request);
    assert.deepEqual(again.bytes, first.bytes);
    again.result({ cid: cid.bytes, size: 1 });
    assert.equal(String(await result), cid.toString());
  }
});

test('signal and timeout are those of all runs together', async (t) => {
  const timed = await Runs.start(t);
  const late = failure(timed.node.version({ timeout: 2000 }), 'timeout');
  await timed.run(1);
  timed.end();
  await timed.run(2);
  await late;

  const given = await Runs.start(t);
  const controller = new AbortController();
  const { signal } = controller;
  const up = given.node.add('x', { signal });
  await given.run(1);
  given.end();
  const again = await given.input(2);
  controller.abort(new Error('enough'));
  await assert.rejects(up, { message: 'enough' });
  await again.server.until(() => again.canceled);

  const between = given.node.version({ signal: AbortSignal.timeout(50) });
  given.workers.answer = () => {};
  given.end();
  await assert.rejects(between, { name: 'TimeoutError' });
});

test('a call that finds no other worker says what it was lost by, and why', async (t) => {
  const runs = await Runs.start(t);
  const version = runs.node.version();
  await runs.run(1);
  runs.workers.answer = refuse('storage-failed');
  const warning = told(runs.node, 'warning');
  runs.end();
  const error = await failure(version, 'worker-restarted');
  assert.equal((error.cause as SharednodeError).code, 'storage-failed');
  await warning;
});
