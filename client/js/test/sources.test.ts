import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidates } from '../src/sources/entries.js';
import type { Candidate } from '../src/sources/entry.js';
import type { FakeCall } from './fake-server.js';
import { all, cid, connected } from './setup.js';

const hello = new TextEncoder().encode('hello');
const mebibyte = new Uint8Array(1024 * 1024).map((_, i) => i * 7);

/** Answers an add once all of it is there. */
function answerAdd(call: FakeCall): void {
  if (call.ended) {
    call.item({ added: { path: 'p', cid: cid.bytes, size: 1 } });
    call.result(null);
  } else {
    call.grant(64 * 1024);
  }
}

async function* chunks(...values: unknown[]): AsyncGenerator<never> {
  for (const value of values) {
    yield value as never;
  }
}

function stream(...values: unknown[]): ReadableStream<never> {
  return new ReadableStream({
    start(controller) {
      values.forEach((value) => controller.enqueue(value as never));
      controller.close();
    },
  });
}

const single: Record<
  string,
  { source: Candidate; header: object; bytes?: Uint8Array }
> = {
  text: { source: 'hello', header: { path: '', size: 5 } },
  'text beyond ASCII': {
    source: 'hellö',
    header: { path: '', size: 6 },
    bytes: new TextEncoder().encode('hellö'),
  },
  'no text': {
    source: '',
    header: { path: '', size: 0 },
    bytes: new Uint8Array(),
  },
  bytes: { source: hello, header: { path: '', size: 5 } },
  'a view within a buffer': {
    source: Uint8Array.of(0, ...hello, 0).subarray(1, 6),
    header: { path: '', size: 5 },
  },
  'a view of words': {
    source: new Uint16Array([1, 2]),
    header: { path: '', size: 4 },
    bytes: Uint8Array.of(1, 0, 2, 0),
  },
  'a DataView': {
    source: new DataView(hello.buffer),
    header: { path: '', size: 5 },
  },
  'an ArrayBuffer': {
    source: hello.slice().buffer,
    header: { path: '', size: 5 },
  },
  'a Blob': { source: new Blob(['hel', 'lo']), header: { path: '', size: 5 } },
  'an empty Blob': {
    source: new Blob([]),
    header: { path: '', size: 0 },
    bytes: new Uint8Array(),
  },
  'a Blob of several slices': {
    source: new Blob([mebibyte, mebibyte, 'rest']),
    header: { path: '', size: 2 * 1024 * 1024 + 4 },
    bytes: Buffer.concat([mebibyte, mebibyte, Buffer.from('rest')]),
  },
  'a File': {
    source: new File(['hello'], 'name.txt'),
    header: { path: '', size: 5 },
  },
  'a stream': { source: stream(hello), header: { path: '' } },
  'a stream of nothing': {
    source: stream(),
    header: { path: '' },
    bytes: new Uint8Array(),
  },
  'an iterable': {
    source: [hello.subarray(0, 2), new Uint8Array(0), hello.subarray(2)],
    header: { path: '' },
  },
  'an async iterable': {
    source: chunks('he', hello.subarray(2, 4), hello.slice(4).buffer),
    header: { path: '' },
  },
  'an async iterable of nothing': {
    source: chunks(),
    header: { path: '' },
    bytes: new Uint8Array(),
  },
  'content under a path': {
    source: { path: 'a/b', content: 'hello' },
    header: { path: 'a/b', size: 5 },
  },
  'content alone': {
    source: { content: hello },
    header: { path: '', size: 5 },
  },
  'mode and time': {
    source: { path: 'a', content: hello, mode: 0o644, mtime: new Date(-1500) },
    header: { path: 'a', size: 5, mode: 420, mtime: { secs: -2, nsecs: 5e8 } },
  },
  'mode in octal, time in parts': {
    source: { path: 'a', content: hello, mode: '0755', mtime: { secs: 5n } },
    header: { path: 'a', size: 5, mode: 493, mtime: { secs: 5, nsecs: 0 } },
  },
  'time as a pair': {
    source: { path: 'a', content: hello, mtime: [1, 2] },
    header: { path: 'a', size: 5, mtime: { secs: 1, nsecs: 2 } },
  },
  'a directory': {
    source: { path: 'd', mode: 0o700 },
    header: { path: 'd', mode: 448, dir: true },
    bytes: new Uint8Array(),
  },
};

for (const [name, { source, header, bytes = hello }] of Object.entries(
  single,
)) {
  test(`add of ${name}`, async (t) => {
    const { node, server } = await connected(t, answerAdd);
    const added = await node.add(source);
    assert.deepEqual(added, { cid, path: 'p', size: 1 });
    const [call] = server.calls;
    assert.deepEqual(call?.items, [header]);
    assert.deepEqual(new Uint8Array(call.bytes), new Uint8Array(bytes));
    assert.equal(call.canceled, undefined);
  });
}

test('a File goes by its name where one is needed', async (t) => {
  const { node, server } = await connected(t, answerAdd);
  await node.add(new File(['x'], 'a.txt'), { wrapWithDirectory: true });
  const [call] = server.calls;
  assert.deepEqual(call?.items, [{ path: 'a.txt', size: 1 }]);
});

test('what was given is not taken away or changed', async (t) => {
  const { node } = await connected(t, answerAdd);
  const mine = mebibyte.slice();
  await node.add(mine);
  assert.deepEqual(mine, mebibyte);
});

test('add of a small file leaves in one message', async (t) => {
  const { node, server } = await connected(t, answerAdd);
  await node.add('hello');
  const types = server.messages.at(-1)?.map((frame) => frame.type);
  assert.deepEqual(types, [0x10, 0x12, 0x11, 0x11]);
});

const file = (path: string, content: string) => ({
  header: { path, size: content.length },
  content,
});

const withPath = (name: string, path: string) =>
  Object.defineProperty(new File([name], name), 'webkitRelativePath', {
    value: path,
  });

/** A FileList, as a page has it. */
function fileList(...files: File[]): FileList {
  return Object.assign(files, {
    item: (i: number) => files[i] ?? null,
  }) as never;
}

/** What a page gets from a directory picker. */
function handle(name: string, content: string | object[]): never {
  return (
    typeof content === 'string'
      ? { kind: 'file', name, getFile: async () => new File([content], name) }
      : { kind: 'directory', name, values: () => chunks(...content) }
  ) as never;
}

/** What a page gets from a drop. */
function dropped(fullPath: string, content: string | object[]): never {
  const name = fullPath.slice(fullPath.lastIndexOf('/') + 1);
  if (typeof content === 'string') {
    const file = (resolve: (file: File) => void) =>
      resolve(new File([content], name));
    return { isFile: true, isDirectory: false, fullPath, name, file } as never;
  }
  const createReader = () => {
    const batches = [...content.map((entry) => [entry]), []];
    return {
      readEntries: (resolve: (batch: object[]) => void) =>
        resolve(batches.shift() ?? []),
    };
  };
  return {
    isFile: false,
    isDirectory: true,
    fullPath,
    name,
    createReader,
  } as never;
}

const many: Record<
  string,
  {
    source: Candidates;
    wrap?: boolean;
    want: { header: object; content: string }[];
  }
> = {
  'a list': {
    source: ['one', { path: 'a/2', content: 'two' }, new File(['3'], '3.txt')],
    want: [file('', 'one'), file('a/2', 'two'), file('', '3')],
  },
  'a list that is wrapped': {
    source: [new File(['3'], '3.txt')],
    wrap: true,
    want: [file('3.txt', '3')],
  },
  'an async iterable': {
    source: chunks('one', 'two'),
    want: [file('', 'one'), file('', 'two')],
  },
  'a stream': {
    source: stream('one', 'two'),
    want: [file('', 'one'), file('', 'two')],
  },
  nothing: { source: [], want: [] },
  'a FileList': {
    source: fileList(new File(['1'], 'a'), withPath('b', 'dir/b')),
    want: [file('a', '1'), file('dir/b', 'b')],
  },
  'a directory handle': {
    source: handle('top', [
      handle('a', 'A'),
      handle('sub', [handle('b', 'BB')]),
      handle('empty', []),
    ]),
    want: [
      { header: { path: 'top', dir: true }, content: '' },
      file('top/a', 'A'),
      { header: { path: 'top/sub', dir: true }, content: '' },
      file('top/sub/b', 'BB'),
      { header: { path: 'top/empty', dir: true }, content: '' },
    ],
  },
  'a dropped folder': {
    source: dropped('/top', [dropped('/top/a', 'A'), dropped('/top/s', [])]),
    want: [
      { header: { path: 'top', dir: true }, content: '' },
      file('top/a', 'A'),
      { header: { path: 'top/s', dir: true }, content: '' },
    ],
  },
  'handles and drops in a list': {
    source: [handle('f', 'F'), dropped('/g', 'G')],
    want: [file('f', 'F'), file('g', 'G')],
  },
};

for (const [name, { source, wrap, want }] of Object.entries(many)) {
  test(`addAll of ${name}`, async (t) => {
    const { node, server } = await connected(t, answerAdd);
    const options = { wrapWithDirectory: wrap };
    await all(node.addAll(source, options));
    const [call] = server.calls;
    assert.deepEqual(
      call?.items,
      want.map(({ header }) => header),
    );
    assert.equal(
      call.bytes.toString(),
      want.map(({ content }) => content).join(''),
    );
  });
}
