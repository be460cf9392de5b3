import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { globSource, urlSource } from '../src/index.js';
import { globPattern } from '../src/sources/glob.js';
import { all, cid, connected, failure } from './setup.js';
import type { FakeCall } from './fake-server.js';

const bytes = new TextEncoder().encode('{"a":"é"}');

/** Gives the bytes in two pieces. */
function answer(call: FakeCall): void {
  call.data(bytes.subarray(0, 6));
  call.data(bytes.subarray(6));
  call.result(null);
}

test('bytes can be had as what people need', async (t) => {
  const { node, server } = await connected(t, answer);
  const range = { offset: 1, length: 2 };
  assert.equal(await node.cat(cid, range).text(), '{"a":"é"}');
  assert.deepEqual(server.calls[0]?.request, { path: `${cid}`, ...range });
  assert.deepEqual(await node.cat(cid).json(), { a: 'é' });
  assert.deepEqual(await node.cat(cid).bytes(), bytes);
  const blob = await node.get(cid).blob('text/plain');
  assert.equal(blob.type, 'text/plain');
  assert.equal(await blob.text(), '{"a":"é"}');
  const response = node.files.read('/a').response({ status: 206 });
  assert.equal(response.status, 206);
  assert.equal(await response.text(), '{"a":"é"}');
  const reader = node.dag.export(cid).stream().getReader();
  assert.equal((await reader.read()).value?.length, 6);
  assert.equal((await reader.read()).value?.length, bytes.length - 6);
  assert((await reader.read()).done);
});

test('what comes as bytes tells of errors as loops do', async (t) => {
  const { node } = await connected(t, (call) => {
    call.data(bytes.subarray(0, 3));
    call.error('not-found');
  });
  for (const take of ['bytes', 'text', 'json', 'blob'] as const) {
    await failure(node.cat(cid)[take](), 'not-found');
  }
  const reader = node.cat(cid).stream().getReader();
  await reader.read();
  await failure(reader.read(), 'not-found');
});

test('bytes that are no JSON are told of', async (t) => {
  const { node } = await connected(t, (call) => {
    call.data(Uint8Array.of(1));
    call.result(null);
  });
  await failure(node.cat(cid).json(), 'invalid-value');
});

test('a stream that is canceled gives the call up, and none begins one unread', async (t) => {
  const { node, server } = await connected(t, (call) => call.data(bytes));
  node.cat(cid).stream();
  const reader = node.cat(cid).stream().getReader();
  await reader.read();
  assert.equal(server.calls.length, 1);
  await reader.cancel();
  await server.until(() => server.calls[0]?.canceled);
});

test('patterns stand for paths', () => {
  for (const [pattern, yes, no] of [
    ['*.png', ['a.png', '.png'], ['a/b.png', 'a.pngx', 'apng']],
    ['**/*.png', ['a.png', 'a/b.png', 'a/b/c.png'], ['a/b.jpg']],
    ['a/**', ['a/b', 'a/b/c'], ['a', 'b/a/c']],
    ['/a?c', ['abc'], ['ac', 'a/c']],
    ['*.{png,jpg}', ['a.png', 'a.jpg'], ['a.gif', 'a.{png,jpg}']],
    ['a,b(1)+[x]', ['a,b(1)+[x]'], ['a,b1', 'a,b(1)x']],
    ['a}b', ['a}b'], ['ab']],
  ] as const) {
    const wanted = globPattern(pattern);
    for (const path of yes) {
      assert(wanted.test(path), `${pattern} is to be for ${path}`);
    }
    for (const path of no) {
      assert(!wanted.test(path), `${pattern} is not to be for ${path}`);
    }
  }
});

/** A folder by shape, as pages get it from `showDirectoryPicker`. */
function folder(name: string, children: object[]): FileSystemDirectoryHandle {
  const values = async function* () {
    yield* children;
  };
  return { kind: 'directory', name, values } as never;
}

function file(name: string, lastModified = 0) {
  const getFile = async () => new File([name], name, { lastModified });
  return { kind: 'file', name, getFile };
}

test('files of a folder are found by a pattern', async () => {
  const root = folder('root', [
    file('a.txt', 1500),
    file('.b.txt'),
    folder('sub', [file('c.txt'), file('d.png')]),
    folder('.git', [file('e.txt')]),
  ]);
  const paths = async (pattern: string, options = {}) =>
    (await all(globSource(root, pattern, options))).map(({ path }) => path);
  assert.deepEqual(await paths('**/*.txt'), ['/a.txt', '/sub/c.txt']);
  assert.deepEqual(await paths('*.txt', { hidden: true }), [
    '/a.txt',
    '/.b.txt',
  ]);
  const [first] = await all(globSource(root, 'a*', { preserveMtime: true }));
  assert.deepEqual(first?.mtime, new Date(1500));
});

test('what a URL leads to is fetched when it is added', async (t) => {
  const http = createServer((request, response) => {
    response.statusCode = request.url === '/gone' ? 410 : 200;
    response.end('hello');
  });
  http.listen(0, '127.0.0.1');
  t.after(() => http.close());
  await new Promise((resolve) => http.once('listening', resolve));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const { node, server } = await connected(t, (call) => {
    if (call.ended && !call.answered) {
      call.answered = true;
      call.item({ added: { cid: cid.bytes, path: 'b c.txt', size: 5 } });
      call.result(null);
    }
  });
  const added = await node.add(urlSource(`${origin}/a/b%20c.txt?q`));
  assert.equal(added.path, 'b c.txt');
  assert.deepEqual(server.calls[0]?.items, [{ path: 'b c.txt' }]);
  assert.equal(server.calls[0]?.bytes.toString(), 'hello');
  const error = await failure(
    node.add(urlSource(`${origin}/gone`)),
    'source-error',
  );
  assert.match(error.message, /410/);
});

test('a drop is taken as its files and folders', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (call.ended && !call.answered) {
      call.answered = true;
      call.result(null);
    }
  });
  const entry = {
    ...{ isFile: true, isDirectory: false, name: 'a', fullPath: '/a' },
    file: (resolve: (file: File) => void) => resolve(new File(['x'], 'a')),
  };
  const items = [
    { webkitGetAsEntry: () => entry },
    { getAsFile: () => new File(['y'], 'b') },
    { getAsFile: () => null }, // text
  ];
  const drop = { getData() {}, items } as never;
  const adding = all(node.addAll(drop, { wrapWithDirectory: true }));
  items.length = 0; // the event is over
  await adding;
  assert.deepEqual(server.calls[0]?.items, [
    { path: 'a', size: 1 },
    { path: 'b', size: 1 },
  ]);
});

test('a folder that cannot be written to is told of', async (t) => {
  const { node } = await connected(t, (call) => {
    if (call.method === 'resolve') {
      call.result({ path: `/ipfs/${cid}` });
    } else {
      const entry = { name: `${cid}`, path: `${cid}`, type: 'file', size: 1 };
      call.item({ ...entry, cid: cid.bytes });
      call.result(null);
    }
  });
  const getFileHandle = () => Promise.reject(new TypeError('not allowed'));
  const error = await failure(
    node.save(cid, { getFileHandle } as never, { name: 'a.txt' }),
    'sink-error',
  );
  assert.deepEqual(error.details, { path: 'a.txt' });
  await failure(node.save(cid, {} as never), 'invalid-option');
  const old = { getFileHandle: async () => ({}) };
  await failure(node.save(cid, old as never), 'not-supported');
});
