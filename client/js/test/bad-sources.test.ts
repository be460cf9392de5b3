import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, connected, failure } from './setup.js';

const hello = new TextEncoder().encode('hello');

const detached = new Uint8Array(5);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

/** Makes a number of each chunk. */
const numbers = () =>
  new TransformStream({
    transform: (_chunk, controller) => controller.enqueue(1),
  });

const boom = new Error('boom');
async function* throwing() {
  yield hello;
  throw boom;
}

class ChangedBlob extends Blob {
  override slice(start: number, end: number): Blob {
    return super.slice(start, end - 1);
  }
}
class GoneBlob extends Blob {
  override slice(): Blob {
    throw new DOMException('gone', 'NotReadableError');
  }
}

const bad: Record<
  string,
  { source: unknown; code: string; details?: object; cause?: unknown }
> = {
  undefined: { source: undefined, code: 'invalid-source' },
  null: { source: null, code: 'invalid-source' },
  'a number': {
    source: 5,
    code: 'invalid-source',
    details: { path: '', type: '5' },
  },
  'an empty object': { source: {}, code: 'invalid-source' },
  'a function': { source: () => {}, code: 'invalid-source' },
  'a list of numbers': { source: [1, 2], code: 'invalid-source' },
  'a list of lists': { source: [[hello]], code: 'invalid-source' },
  'a stream of numbers': {
    source: new Blob(['x']).stream().pipeThrough(numbers()),
    code: 'invalid-source',
  },
  'content that is none': {
    source: { path: 'a', content: 5 },
    code: 'invalid-source',
    details: { path: 'a', type: '5' },
  },
  'a path that is no text': {
    source: { path: 5, content: '' },
    code: 'invalid-option',
  },
  'a mode that is none': {
    source: { path: 'a', mode: 'x' },
    code: 'invalid-option',
  },
  'a mode below zero': {
    source: { path: 'a', mode: -1 },
    code: 'invalid-option',
  },
  'a time that is none': {
    source: { path: 'a', mtime: 'now' },
    code: 'invalid-option',
  },
  'a Date that is none': {
    source: { path: 'a', mtime: new Date(NaN) },
    code: 'invalid-option',
  },
  'bytes that were taken away': { source: detached, code: 'invalid-source' },
  'a chunk that was taken away': {
    source: [hello, detached],
    code: 'invalid-source',
  },
  'a source that throws': {
    source: throwing(),
    code: 'source-error',
    cause: boom,
  },
  'a source that throws under a path': {
    source: { path: 'a/b', content: throwing() },
    code: 'source-error',
    cause: boom,
    details: { path: 'a/b' },
  },
  'a Blob that gives less than it said': {
    source: new ChangedBlob(['hello']),
    code: 'source-changed',
    details: { path: '', expected: 5, actual: 4 },
  },
  'a File that is gone': {
    source: new GoneBlob(['hello']),
    code: 'source-changed',
  },
  'a path too long to send': {
    source: { path: 'x'.repeat(40_000), content: '' },
    code: 'frame-too-large',
  },
};

for (const [name, { source, code, details, cause }] of Object.entries(bad)) {
  test(`add of ${name} fails`, async (t) => {
    const { node, server } = await connected(t, (call) => {
      assert(!call.ended, 'nothing may look whole');
    });
    const error = await failure(node.add(source as never), code);
    assert.equal(error.op, 'add');
    if (details !== undefined) {
      assert.deepEqual(error.details, details);
    }
    if (cause !== undefined) {
      assert.equal(error.cause, cause);
    }
    const [call] = server.calls;
    await server.until(() => call === undefined || call.canceled);
  });
}

for (const [name, source] of Object.entries({
  text: 'hello',
  bytes: hello,
  'a Blob': new Blob(['x']),
  'an entry': { path: 'a', content: 'x' },
  undefined: undefined,
  'a list with a number': [5],
})) {
  test(`addAll of ${name} fails`, async (t) => {
    const { node } = await connected(t);
    await failure(all(node.addAll(source as never)), 'invalid-source');
  });
}

test('addAll of a source that throws fails', async (t) => {
  const { node, server } = await connected(t, () => {});
  async function* source() {
    yield 'one';
    throw boom;
  }
  const error = await failure(all(node.addAll(source())), 'source-error');
  assert.equal(error.cause, boom);
  await server.until(() => server.calls[0]?.canceled);
  assert.equal(server.calls[0]?.canceled?.code, 'source-error');
});

test('a source is told when it is given up for what it gave', async (t) => {
  const { node } = await connected(t);
  let told = false;
  function* source() {
    try {
      yield 5;
    } finally {
      told = true;
    }
  }
  await failure(node.add(source() as never), 'invalid-source');
  assert(told);
});

test('an error too long to send is cut', async (t) => {
  const { node, server } = await connected(t);
  const long = new Error('x'.repeat(2 ** 21));
  const source = new ReadableStream({ pull: () => Promise.reject(long) });
  const error = await failure(node.add(source), 'source-error');
  assert.equal(error.cause, long);
  await server.until(() => server.calls[0]?.canceled);
  assert.equal(server.calls[0]?.canceled?.message.length, 1024);
});
