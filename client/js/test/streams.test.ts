import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingStream, PeerStream } from '../src/index.js';
import type { Sharednode } from '../src/node.js';
import { define } from './fake-locks.js';
import {
  type FakeCall,
  type FakeServer,
  FakeWorkers,
  welcome,
  welcomeWith,
} from './fake-server.js';
import { goodbye, openNode, told } from './link-setup.js';
import { all, connected, failure } from './setup.js';

const opened = {
  peer: '12D3Peer',
  protocol: '/echo/1',
  addr: '/ip4/127.0.0.1',
};
const WINDOW = 1024 * 1024; // the client's
const chunk = new Uint8Array(32 * 1024 - 12).fill(7);

interface Dialed {
  node: Sharednode;
  server: FakeServer;
  call: FakeCall;
  stream: PeerStream;
}

/** A stream as the fake server opens it. */
async function dialed(t: TestContext): Promise<Dialed> {
  const { node, server } = await connected(t, (call) => {
    if (!call.answered) {
      call.answered = true;
      call.item(opened);
    }
  });
  const stream = await node.libp2p.dialProtocol('12D3Peer', '/echo/1');
  return { node, server, call: server.calls[0] as FakeCall, stream };
}

const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString();

test('a stream carries bytes both ways, and half-closes', async (t) => {
  const { server, call, stream } = await dialed(t);
  assert.equal(call.method, 'libp2p.dialProtocol');
  assert.deepEqual(call.request, { peer: '12D3Peer', protocols: ['/echo/1'] });
  assert.equal(stream.protocol, '/echo/1');
  assert.equal(stream.remotePeer, '12D3Peer');
  assert.equal(stream.remoteAddr, '/ip4/127.0.0.1');
  assert.equal(stream.direction, 'outbound');

  const reading = all(stream);
  void stream.write('a');
  void stream.write(Uint8Array.of(98));
  await stream.write({ subarray: () => Uint8Array.of(99) });
  await server.until(() => call.bytes.toString() === 'abc');
  call.data(Buffer.from('hello '));
  call.data(Buffer.from('peer'));
  call.end();
  assert.equal(text(await reading), 'hello peer');
  assert(!call.ended, 'the end of the one half ended the other');

  await stream.write('d');
  void stream.write('e');
  await stream.closeWrite();
  await server.until(() => call.ended);
  assert.equal(call.bytes.toString(), 'abcde');
  await failure(stream.write('f'), 'stream-closed');
  call.result(null);
  await sleep(5);
  assert.equal(call.canceled, undefined);
  assert.deepEqual(await all(stream.source), []);
});

test('a stream is a duplex', async (t) => {
  const { server, call, stream } = await dialed(t);
  async function* words() {
    yield 'one ';
    yield Buffer.from('two');
  }
  // As it-pipe joins an echo: source into sink.
  const piped = stream.sink(words());
  await server.until(() => call.ended);
  await piped;
  call.data(call.bytes);
  call.end();
  call.result(null);
  assert.equal(text(await all(stream.source)), 'one two');
});

test('writing waits for credit, and reading gives it', async (t) => {
  const { server, call, stream } = await dialed(t);
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 4; i++) {
      await stream.write(chunk);
      written++;
    }
  })();
  await server.until(() => call.received > 60_000);
  await sleep(10);
  assert(call.received <= welcome.window, `${call.received} bytes sent`);
  assert(written < 4);
  call.grant(WINDOW);
  await writing;

  for (let sent = 0; sent < WINDOW - 2 * chunk.length; sent += chunk.length) {
    call.data(chunk);
  }
  await sleep(10);
  assert.equal(call.credit, 0, 'credit for what nobody has read');
  for (let i = 0; i < 20; i++) {
    await stream.source.next();
  }
  await server.until(() => call.credit > 0);
});

test('a reset by the peer reaches reader and writer', async (t) => {
  const { call, stream } = await dialed(t);
  const reading = all(stream);
  const writing = stream.write(new Uint8Array(WINDOW));
  call.error('stream-reset');
  for (const what of [reading, writing, stream.write('x')]) {
    const error = await failure(what, 'stream-reset');
    assert.equal(error.op, 'libp2p.dialProtocol');
  }
  await stream.closeWrite();
  await stream.close();
});

test('abort resets a stream', async (t) => {
  const { server, call, stream } = await dialed(t);
  const mistake = new Error('a mistake');
  const reading = all(stream);
  stream.abort(mistake);
  await assert.rejects(reading, mistake);
  await assert.rejects(stream.write('x'), mistake);
  await server.until(() => call.canceled);
});

test('a source that throws resets the stream', async (t) => {
  const { server, call, stream } = await dialed(t);
  async function* broken() {
    yield 'x';
    throw new Error('broken');
  }
  await assert.rejects(stream.sink(broken()), /broken/);
  await server.until(() => call.canceled);
});

test('leaving the reader leaves the writer', async (t) => {
  const { server, call, stream } = await dialed(t);
  call.data(Buffer.from('x'));
  for (let i = 0; i < 10; i++) {
    call.data(chunk); // not read when the reader leaves
  }
  await sleep(10);
  for await (const bytes of stream) {
    assert.equal(bytes.length, 1);
    break;
  }
  for (let i = 0; i < 10; i++) {
    call.data(chunk);
  }
  await server.until(() => call.credit >= WINDOW / 2);
  await stream.write('y');
  await server.until(() => call.bytes.toString() === 'y');
  assert.equal(call.canceled, undefined);
  assert.deepEqual(await all(stream), []);
});

test('close sends what was written, and wants no more', async (t) => {
  const { server, call, stream } = await dialed(t);
  const reading = all(stream);
  void stream.write('last');
  await stream.close();
  assert.deepEqual(await reading, []);
  await server.until(() => call.ended);
  assert.equal(call.bytes.toString(), 'last');
  call.data(chunk);
  call.end();
  call.result(null);
  await sleep(5);
  assert.equal(call.canceled, undefined);
});

test('dialing ends by its signal and its timeout, and leaves no stream', async (t) => {
  const { node, server } = await connected(t, () => {});
  const dial = (options: object) =>
    node.libp2p.dialProtocol('12D3Peer', ['/a', '/b'], options);
  await node.libp2p.unhandle('/none'); // its script is there now
  await failure(dial({ timeout: 10 }), 'timeout');
  const abort = new AbortController();
  const aborted = dial({ signal: abort.signal });
  await server.until(() => server.calls.length === 2);
  abort.abort();
  await assert.rejects(aborted, { name: 'AbortError' });
  await assert.rejects(dial({ signal: abort.signal }), { name: 'AbortError' });
  await server.until(() => server.calls[1]?.canceled);
  assert(server.calls[0]?.canceled);
  assert.equal(server.calls.length, 2);
  server.handler = (call) => call.error('protocol-not-supported');
  await failure(dial({}), 'protocol-not-supported');
});

test('the signal of the dialing is not the stream’s', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (!call.answered) {
      call.answered = true;
      call.item(opened);
    }
  });
  const abort = new AbortController();
  const { signal } = abort;
  const stream = await node.libp2p.dialProtocol('12D3Peer', '/echo/1', {
    signal,
    timeout: 500,
  });
  abort.abort();
  await sleep(600);
  await stream.write('x');
  await server.until(() => server.calls[0]?.bytes.length);
  assert.equal(server.calls[0]?.canceled, undefined);
});

test('the loss of the worker ends streams with its code', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.last.handler = (call) => call.item(opened);
  const stream = await node.libp2p.dialProtocol('12D3Peer', '/echo/1');
  const reading = all(stream);
  goodbye(workers.last, 'closing');
  await failure(reading, 'worker-restarted');
  await failure(stream.write('x'), 'worker-restarted');
});

/** Answers as a server does that has a stream to offer. */
function offering(call: FakeCall): void {
  if (call.answered) {
    return;
  }
  call.answered = true;
  call.item(call.method === 'libp2p.handle' ? {} : opened);
}

test('streams that peers open go to the handler', async (t) => {
  const { node, server } = await connected(t, offering);
  const echo = async ({ stream, connection }: IncomingStream) => {
    assert.equal(stream.direction, 'inbound');
    assert.equal(connection.remotePeer, '12D3Peer');
    await stream.sink(stream.source);
  };
  await node.libp2p.handle(['/echo/1', '/echo/2'], echo);
  const [first, second] = server.calls;
  assert.deepEqual(first?.request, { protocol: '/echo/1' });
  assert.deepEqual(second?.request, { protocol: '/echo/2' });
  first.item({ id: 7, stream: opened });
  await server.until(() => server.calls.length === 3);
  const call = server.calls[2] as FakeCall;
  assert.equal(call.method, 'libp2p.accept');
  assert.deepEqual(call.request, { id: 7 });
  call.data(Buffer.from('hello'));
  call.end();
  await server.until(() => call.ended);
  assert.equal(call.bytes.toString(), 'hello');

  await node.libp2p.unhandle('/echo/1');
  assert(first.canceled);
  assert.equal(second?.canceled, undefined);
  assert.equal(call.canceled, undefined);
});

test('a handler that throws resets its stream alone', async (t) => {
  const { node, server } = await connected(t, offering);
  const reported: unknown[] = [];
  define('reportError', (error: unknown) => reported.push(error));
  t.after(() => define('reportError', undefined));
  let streams = 0;
  await node.libp2p.handle('/echo/1', () => {
    if (streams++ === 0) {
      throw new Error('a mistake');
    }
  });
  const handling = server.calls[0] as FakeCall;
  handling.item({ id: 1, stream: opened });
  await server.until(() => server.calls[1]?.canceled);
  handling.item({ id: 2, stream: opened });
  await server.until(() => server.calls[2]?.answered);
  assert.equal((reported[0] as Error).message, 'a mistake');

  // One that came too late.
  server.handler = (call) => {
    if (!call.canceled && call.method === 'libp2p.accept') {
      call.error('unknown-stream');
    }
  };
  const warning = told(node, 'warning');
  handling.item({ id: 3, stream: opened });
  assert.equal((await warning).code, 'unknown-stream');
});

test('protocols are handled again by the next worker', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.last.handler = offering;
  const streams: PeerStream[] = [];
  await node.libp2p.handle(
    '/echo/1',
    ({ stream }) => void streams.push(stream),
  );
  workers.answer = welcomeWith({ epoch: 'epoch-2' });
  goodbye(workers.last, 'closing');
  await told(node, 'reconnect');
  const { last } = workers;
  last.handler = offering;
  last.calls.forEach(offering);
  await last.until(() => last.calls[0]?.answered);
  assert.equal(last.calls[0]?.method, 'libp2p.handle');
  last.calls[0].item({ id: 1, stream: opened });
  await last.until(() => last.calls[1]?.answered);
  await sleep(5);
  assert.equal(streams.length, 1);
});

test('a protocol that may not be handled is refused', async (t) => {
  const { node } = await connected(t, (call) =>
    call.error('protocol-reserved'),
  );
  await failure(
    node.libp2p.handle('/ipfs/ping', () => {}),
    'protocol-reserved',
  );
  const { libp2p } = node;
  await failure(libp2p.handle('/a', undefined as any), 'invalid-option');
  await failure(
    libp2p.handle([5] as any, () => {}),
    'invalid-option',
  );
  await libp2p.unhandle('/a');
});

test('of protocols that are handled together all are, or none', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if ((call.request as { protocol: string }).protocol === '/b') {
      call.error('too-many-streams');
    } else {
      offering(call);
    }
  });
  const handled = node.libp2p.handle(['/a', '/b', '/c'], () => {});
  await failure(handled, 'too-many-streams');
  await server.until(() => server.calls.filter((c) => c.canceled).length === 2);
});
