import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SignedMessage } from '../src/index.js';
import { define } from './fake-locks.js';
import { type FakeCall, FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { connected, failure } from './setup.js';

const signature = Uint8Array.of(1);
const key = Uint8Array.of(2);

/** Sends a message in one frame of data, or as many as it is cut into. */
function message(call: FakeCall, text: string, cut = text.length): void {
  const data = Buffer.from(text);
  const fields = { from: 'peer', topic: 'topic', sequenceNumber: 2n ** 60n };
  call.item({
    message: { ...fields, size: data.length, signature, key },
  });
  for (let at = 0; at < data.length; at += cut) {
    call.data(data.subarray(at, at + cut));
  }
}

/** Tells each subscription that it stands; a server answers only the first time. */
function listen(call: FakeCall): void {
  if (call.method === 'pubsub.subscribe' && !call.answered) {
    call.answered = true;
    call.item({});
  }
}

/** Collects the text of messages. */
function collector() {
  const texts: string[] = [];
  const handler = ({ data }: SignedMessage) =>
    void texts.push(Buffer.from(data).toString());
  return { texts, handler };
}

/** Waits until something is so. */
async function until(condition: () => unknown): Promise<void> {
  for (let i = 0; !condition(); i++) {
    assert(i < 1000, 'it does not come to be');
    await sleep(5);
  }
}

test('subscribe waits until the node listens, and brings messages', async (t) => {
  const { node, server } = await connected(t, () => {});
  const messages: SignedMessage[] = [];
  let listens = false;
  const subscribed = node.pubsub
    .subscribe('topic', (m) => messages.push(m), { queue: 9 })
    .then(() => (listens = true));
  await server.until(() => server.calls.length === 1);
  const call = server.calls[0] as FakeCall;
  assert.deepEqual(call.request, { topic: 'topic', queue: 9 });
  await sleep(5);
  assert(!listens);
  call.item({});
  await subscribed;
  message(call, 'whole');
  message(call, 'in parts', 3);
  message(call, '');
  await until(() => messages.length === 3);
  assert.deepEqual(messages[0], {
    type: 'signed',
    from: 'peer',
    topic: 'topic',
    data: new Uint8Array(Buffer.from('whole')),
    sequenceNumber: 2n ** 60n,
    signature,
    key,
  });
  assert.equal(messages[0].data.buffer.byteLength, 5, 'a view on more');
  assert.equal(Buffer.from(messages[1]?.data ?? '').toString(), 'in parts');
  assert.equal(messages[2]?.data.length, 0);
});

test('unsubscribe ends what it names', async (t) => {
  const { node, server } = await connected(t, listen);
  const [a, b, c] = [collector(), collector(), collector()];
  const object = { handleEvent: c.handler };
  await node.pubsub.subscribe('topic', a.handler);
  await node.pubsub.subscribe('topic', b.handler);
  await node.pubsub.subscribe('topic', object);
  const error = await failure(
    node.pubsub.subscribe('topic', a.handler),
    'already-subscribed',
  );
  assert.deepEqual(error.details, { topic: 'topic' });
  const [first, ...others] = server.calls;
  first?.item({ dropped: 1 }); // unread when it is given up
  message(first as FakeCall, 'late');
  await node.pubsub.unsubscribe('topic', a.handler);
  assert(first?.canceled);
  others.forEach((call) => message(call, 'x'));
  await until(() => b.texts.length + c.texts.length === 2);
  await node.pubsub.unsubscribe('topic', a.handler);
  await node.pubsub.unsubscribe('other');
  assert(!others.some((call) => call.canceled));
  await node.pubsub.unsubscribe('topic');
  assert(others.every((call) => call.canceled));
  assert.deepEqual(b.texts, ['x']);
  await node.pubsub.subscribe('topic', a.handler);
  assert.equal(server.calls.length, 4);
});

test('a handler that throws harms no other', async (t) => {
  const { node, server } = await connected(t, listen);
  const reported: unknown[] = [];
  define('reportError', (error: unknown) => reported.push(error));
  t.after(() => define('reportError', undefined));
  const errors: unknown[] = [];
  const mistake = new Error('a mistake');
  const fail = () => {
    throw mistake;
  };
  const { texts, handler } = collector();
  await node.pubsub.subscribe('topic', fail);
  await node.pubsub.subscribe('topic', () => fail(), {
    onError: (error, fatal) => {
      errors.push(error, fatal);
      throw new Error('another');
    },
  });
  await node.pubsub.subscribe('topic', handler);
  for (const text of ['1', '2']) {
    server.calls.forEach((call) => message(call, text));
  }
  await until(() => texts.length === 2 && errors.length === 4);
  assert.deepEqual(errors, [mistake, false, mistake, false]);
  assert.deepEqual(reported.map((error) => (error as Error).message).sort(), [
    'a mistake',
    'a mistake',
    'another',
    'another',
  ]);
});

test('messages that were lost are told of', async (t) => {
  const { node, server } = await connected(t, listen);
  const { texts, handler } = collector();
  await node.pubsub.subscribe('topic', handler);
  const warning = told(node, 'warning');
  server.calls[0]?.item({ dropped: 3 });
  const { code, details } = await warning;
  assert.equal(code, 'messages-dropped');
  assert.deepEqual(details, { topic: 'topic', dropped: 3 });

  const counts: number[] = [];
  const onDropped = (n: number) => counts.push(n);
  await node.pubsub.subscribe('other', handler, { onDropped });
  server.calls[1]?.item({ dropped: 5n });
  message(server.calls[1] as FakeCall, 'next');
  await until(() => texts.length === 1);
  assert.deepEqual(counts, [5]);
});

test('a signal and a timeout end a subscription', async (t) => {
  const { node, server } = await connected(t, (call) => {
    if (call.server.calls.length === 1) {
      listen(call);
    }
  });
  const { texts, handler } = collector();
  const abort = new AbortController();
  const { signal } = abort;
  await node.pubsub.subscribe('topic', handler, { signal, timeout: 20 });
  await sleep(40); // the timeout is that of the subscribing
  assert(!server.calls[0]?.canceled);
  abort.abort();
  await server.until(() => server.calls[0]?.canceled);

  const again = node.pubsub.subscribe('topic', handler, { signal });
  await assert.rejects(again, { name: 'AbortError' });
  const slow = node.pubsub.subscribe('topic', handler, { timeout: 20 });
  await failure(slow, 'timeout');
  await server.until(() => server.calls[1]?.canceled);
  assert.equal(server.calls.length, 2);
  assert.deepEqual(texts, []);
});

test('a subscription that is refused leaves nothing', async (t) => {
  const { node } = await connected(t, (c) => c.error('topic-not-allowed'));
  const { handler } = collector();
  for (let i = 0; i < 2; i++) {
    const subscribed = node.pubsub.subscribe('topic', handler);
    const error = await failure(subscribed, 'topic-not-allowed');
    assert.equal(error.op, 'pubsub.subscribe');
  }
  for (const bad of [undefined, {}, 'f'] as any[]) {
    await failure(node.pubsub.subscribe('topic', bad), 'invalid-option');
  }
  for (const bad of [{ onError: 5 }, { timeout: 'soon' }, { signal: 5 }]) {
    const subscribed = node.pubsub.subscribe('topic', handler, bad as any);
    await failure(subscribed, 'invalid-option');
  }
  await failure(node.pubsub.subscribe('topic', handler), 'topic-not-allowed');
});

test('subscriptions come back with the next worker', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.last.handler = listen;
  const { texts, handler } = collector();
  const errors: unknown[] = [];
  await node.pubsub.subscribe('topic', handler, {
    onError: (error) => errors.push(error),
  });
  const first = workers.last.calls[0] as FakeCall;
  message(first, 'before');
  goodbye(workers.last, 'closing');
  // One asked for meanwhile waits.
  const pending = node.pubsub.subscribe('later', handler);
  await told(node, 'reconnect');
  assert.equal(workers.servers.length, 2);
  const { last } = workers;
  last.handler = listen;
  last.calls.forEach(listen);
  await pending;
  await last.until(() => last.calls.length === 2);
  const call = last.calls.find(
    ({ request }) => (request as any).topic === 'topic',
  );
  message(call as FakeCall, 'after');
  await until(() => texts.length === 2);
  assert.deepEqual(texts, ['before', 'after']);
  assert.deepEqual(errors, []);

  // Where the next worker refuses it, that is its end.
  goodbye(last, 'closing');
  await told(node, 'reconnect');
  const third = workers.last;
  third.handler = (call) => call.error('topic-not-allowed');
  third.calls.forEach((call) => call.error('topic-not-allowed'));
  await until(() => errors.length === 1);
  assert.equal((errors[0] as any).code, 'topic-not-allowed');
  await node.pubsub.unsubscribe('topic');
});

test('a worker that cannot be reached is told of once, and tried again', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.last.handler = listen;
  const { texts, handler } = collector();
  const errors: [any, boolean][] = [];
  await node.pubsub.subscribe('topic', handler, {
    onError: (error, fatal) => errors.push([error, fatal]),
  });
  workers.answer = refuse('storage-failed');
  goodbye(workers.last, 'closing');
  await until(() => workers.servers.length > 3);
  assert.equal(errors.length, 1);
  assert.equal(errors[0]?.[0].code, 'storage-failed');
  assert.equal(errors[0]?.[1], false);
  // One that never stood does not wait for better times.
  await failure(node.pubsub.subscribe('other', handler), 'storage-failed');
  workers.answer = welcomeWith({ epoch: 'epoch-2' });
  await told(node, 'reconnect');
  const { last } = workers;
  await last.until(() => last.calls.length === 1);
  listen(last.calls[0] as FakeCall);
  message(last.calls[0] as FakeCall, 'back');
  await until(() => texts.length === 1);
  assert.equal(errors.length, 1);
});

test('close ends subscriptions in silence', async (t) => {
  const { node } = await connected(t, (call) => {
    if ((call.request as { topic: string }).topic === 'topic') {
      listen(call);
    }
  });
  const errors: unknown[] = [];
  const onError = (error: Error) => errors.push(error);
  await node.pubsub.subscribe('topic', () => {}, { onError });
  const pending = node.pubsub.subscribe('pending', () => {}, { onError });
  await node.close();
  await failure(pending, 'closed');
  await failure(
    node.pubsub.subscribe('topic', () => {}),
    'closed',
  );
  assert.deepEqual(errors, []);
});
