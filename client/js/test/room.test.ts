import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sharednode } from '../src/node.js';
import {
  createRoom,
  Room,
  type RoomMember,
  type RoomMessage,
  type RoomOptions,
} from '../src/room.js';
import { define } from './fake-locks.js';
import { type FakeCall, FakeWorkers, welcomeWith } from './fake-server.js';
import { goodbye, openNode, refuse, told } from './link-setup.js';
import { connected, failure } from './setup.js';

const self = '12D3Self';

/** Lets a client into its room, under a number, and takes what it sends. */
function rooms(call: FakeCall, number = 3): void {
  if (call.method === 'room.join' && !call.answered) {
    call.answered = true;
    const { members } = call.request as { members?: boolean };
    const member = { peer: self, ...(members && { session: 'mine' }) };
    call.item({ type: 'subscribed', room: number, member });
  } else if (call.method === 'room.send' && call.ended && !call.answered) {
    call.answered = true;
    call.result(null);
  }
}

function message(call: FakeCall, member: RoomMember, text: string, more = {}) {
  const data = Buffer.from(text);
  call.item({ type: 'message', member, size: data.length, ...more });
  if (data.length > 0) {
    call.data(data);
  }
}

/** A room that notes what happens in it. */
function noted(node: Sharednode, options: RoomOptions = {}) {
  const room = new Room(node, 'topic', options);
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const name = ({ peer, session }: RoomMember) => `${peer}/${session ?? ''}`;
  room
    .on('subscribed', () => note('subscribed'))
    .on('peer joined', (peer) => note(`+${peer}`))
    .on('peer left', (peer) => note(`-${peer}`))
    .on('member joined', (member) => note(`+${name(member)}`))
    .on('member left', (member) => note(`-${name(member)}`))
    .on('message', ({ from, data }) => note(`${from}: ${data}`))
    .on('error', ({ code }) => note(`error ${code}`));
  return { room, notes };
}

async function until(condition: () => unknown): Promise<void> {
  for (let i = 0; !condition(); i++) {
    assert(i < 1000, 'it does not come to be');
    await sleep(5);
  }
}

test('a room has the events and calls of ipfs-pubsub-room', async (t) => {
  const { node, server } = await connected(t, rooms);
  const { room, notes } = noted(node);
  assert.equal(room.me, undefined);
  await room.joined;
  assert.deepEqual(room.me, { peer: self });
  const call = server.calls[0] as FakeCall;
  assert.deepEqual(call.request, { topic: 'topic' });
  const messages: RoomMessage[] = [];
  room.on('message', (m) => messages.push(m));
  call.item({ type: 'joined', member: { peer: 'a' } });
  call.item({ type: 'joined', member: { peer: 'b' } });
  message(call, { peer: 'a' }, 'to all', { sequenceNumber: 2n ** 60n });
  message(call, { peer: 'b' }, 'to you', { direct: true });
  call.item({ type: 'left', member: { peer: 'b' } });
  await until(() => notes.length === 6);
  assert.deepEqual(notes, [
    ...['subscribed', '+a', '+b', 'a: to all', 'b: to you', '-b'],
  ]);
  assert.deepEqual(room.getPeers(), ['a']);
  assert(room.hasPeer({ toString: () => 'a' }) && !room.hasPeer('b'));
  const { data, ...rest } = messages[0] as RoomMessage;
  assert.deepEqual(rest, {
    ...{ from: 'a', direct: false, topic: 'topic', topicIDs: ['topic'] },
    ...{ sequenceNumber: 2n ** 60n, seqno: 2n ** 60n },
  });
  assert.deepEqual([...data], [...Buffer.from('to all')]);
  assert.equal(messages[1]?.direct, true);
  assert.equal(messages[1].seqno, 0n);

  await room.broadcast('text');
  await room.sendTo('a', Uint8Array.of(0, 255));
  const [, broadcast, direct] = server.calls;
  assert.deepEqual(broadcast?.request, { room: 3 });
  assert.equal(broadcast.bytes.toString(), 'text');
  assert.deepEqual(direct?.request, { room: 3, to: { peer: 'a' } });
  assert.equal(direct.bytes.toString('hex'), '00ff');

  await room.leave();
  assert(call.canceled);
  await failure(room.broadcast('x'), 'not-in-room');
});

test('members are the tabs of peers', async (t) => {
  const { node, server } = await connected(t, rooms);
  const { room, notes } = noted(node, { members: true });
  await room.joined;
  const call = server.calls[0] as FakeCall;
  assert.deepEqual(call.request, { topic: 'topic', members: true });
  const other = { peer: self, session: 'other' };
  const [a1, a2] = ['1', '2'].map((session) => ({ peer: 'a', session }));
  const plain = { peer: 'b' };
  for (const member of [other, a1, a2, plain, a2]) {
    call.item({ type: 'joined', member });
  }
  await until(() => notes.length >= 7);
  assert.deepEqual(room.getMembers(), [other, a1, a2, plain]);
  assert.deepEqual(room.getPeers(), ['a', 'b']);
  for (const member of [a1, a2, other, other]) {
    call.item({ type: 'left', member });
  }
  await until(() => notes.length >= 11);
  assert.deepEqual(notes, [
    ...['subscribed', `+${self}/other`, '+a', '+a/1', '+a/2', '+b', '+b/'],
    ...['-a/1', '-a/2', '-a', `-${self}/other`],
  ]);
  await room.sendTo(a1 as RoomMember, 'x');
  assert.deepEqual(server.calls[1]?.request, { room: 3, to: a1 });
});

test('a failed send is told by its promise and by an event', async (t) => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listener);
  t.after(() => process.off('unhandledRejection', listener));
  const { node } = await connected(t, (call) => {
    if (call.method === 'room.send') {
      call.error('undelivered', { peer: 'a' });
    } else {
      rooms(call);
    }
  });
  const { room, notes } = noted(node);
  const error = await failure(room.sendTo('a', 'x'), 'undelivered');
  assert.equal(error.op, 'room.send');
  void room.broadcast('ignored');
  await until(() => notes.length === 3);
  assert.deepEqual(notes.slice(1), ['error undelivered', 'error undelivered']);
  await failure(room.broadcast(5 as any), 'invalid-source');
  await failure(room.sendTo({} as any, 'x'), 'invalid-peer-id');

  // With nobody listening it is no less told.
  room.removeAllListeners('error');
  const warning = told(node, 'warning');
  void room.sendTo('a', 'x');
  assert.equal((await warning).code, 'undelivered');
  await sleep(5);
  assert.deepEqual(unhandled, []);
});

test('a room that cannot be joined says so', async (t) => {
  const { node } = await connected(t, (c) => c.error('topic-not-allowed'));
  const { room, notes } = noted(node);
  await failure(room.joined, 'topic-not-allowed');
  assert.deepEqual(notes, ['error topic-not-allowed']);
  await failure(room.broadcast('x'), 'topic-not-allowed');
  await room.leave();
  await failure(createRoom(node, 'topic'), 'topic-not-allowed');
  await failure(createRoom(node, 5 as any), 'invalid-topic');
  const options = { members: 'yes' } as any;
  await failure(createRoom(node, 'topic', options), 'invalid-option');
});

test('lost messages are told of', async (t) => {
  const { node, server } = await connected(t, rooms);
  const room = await createRoom(node, 'topic');
  const lost = new Promise<any>((resolve) => room.once('error', resolve));
  const call = server.calls[0] as FakeCall;
  call.item({ type: 'joined', member: { peer: 'a' }, dropped: 7 });
  const { code, details } = await lost;
  assert.equal(code, 'messages-dropped');
  assert.deepEqual(details, { topic: 'topic', dropped: 7 });
});

test('a room comes back with the next worker', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  const first = workers.last;
  first.handler = (call) => rooms(call);
  const { room, notes } = noted(node);
  await room.joined;
  first.calls[0]?.item({ type: 'joined', member: { peer: 'a' } });
  await until(() => notes.length === 2);

  // What is on its way has no verdict; what was not sent yet waits.
  first.handler = () => {};
  const inFlight = room.broadcast('in flight');
  await first.until(() => first.calls.length === 2);
  workers.answer = welcomeWith({ epoch: 'epoch-2' });
  goodbye(first, 'closing');
  await failure(inFlight, 'worker-restarted');
  assert.deepEqual(notes, [
    ...['subscribed', '+a', '-a', 'error worker-restarted'],
  ]);
  assert.deepEqual(room.getPeers(), []);
  const waiting = room.broadcast('waiting');
  await told(node, 'reconnect');
  const second = workers.last;
  await second.until(() => second.calls.length === 1);
  await sleep(5);
  assert.equal(second.calls.length, 1, 'sent to a room of another number');
  second.handler = (call) => rooms(call, 8);
  second.calls.forEach((call) => rooms(call, 8));
  second.calls[0]?.item({ type: 'joined', member: { peer: 'a' } });
  await waiting;
  assert.deepEqual(second.calls[1]?.request, { room: 8 });
  assert.equal(second.calls[1].bytes.toString(), 'waiting');
  await until(() => notes.length === 6);
  assert.deepEqual(notes.slice(4), ['subscribed', '+a']);
});

test('a send that waits for a place is not sent to another room', async (t) => {
  const workers = new FakeWorkers();
  workers.answer = welcomeWith({ maxUploads: 1 });
  const node = await openNode(t, workers);
  const first = workers.last;
  first.handler = (call) => rooms(call);
  const { room } = noted(node);
  await room.joined;
  first.handler = () => {};
  const inFlight = room.broadcast('in flight');
  const queued = room.broadcast('queued');
  await first.until(() => first.calls.length === 2);
  goodbye(first, 'queue-limit');
  await failure(inFlight, 'disconnected');
  await told(node, 'reconnect');
  const second = workers.last;
  second.handler = (call) => rooms(call, 9);
  second.calls.forEach((call) => rooms(call, 9));
  await queued;
  assert.deepEqual(second.calls[1]?.request, { room: 9 });
});

test('a send gives up by its timeout or signal', async (t) => {
  const workers = new FakeWorkers();
  const node = await openNode(t, workers);
  workers.last.handler = (call) => rooms(call);
  const { room, notes } = noted(node);
  await room.joined;
  workers.answer = refuse('storage-failed');
  goodbye(workers.last, 'closing');
  await until(() => notes.includes('error storage-failed'));
  await failure(room.broadcast('x', { timeout: 20 }), 'timeout');
  const abort = new AbortController();
  const sent = room.broadcast('x', { signal: abort.signal });
  abort.abort();
  await assert.rejects(sent, { name: 'AbortError' });
  assert.deepEqual(notes, [
    ...['subscribed', 'error storage-failed', 'error timeout'],
  ]);
});

test('listeners are those of an EventEmitter', async (t) => {
  const { node, server } = await connected(t, rooms);
  const reported: unknown[] = [];
  define('reportError', (error: unknown) => reported.push(error));
  t.after(() => define('reportError', undefined));
  const room = await createRoom(node, 'topic');
  const calls: string[] = [];
  const a = (peer: string) => void calls.push(`a ${peer}`);
  const b = (peer: string) => void calls.push(`b ${peer}`);
  room.once('peer joined', () => {
    throw new Error('a mistake');
  });
  room.addListener('peer joined', a).once('peer joined', b);
  room.once('peer joined', a).removeListener('peer joined', a);
  assert.equal(room.listenerCount('peer joined'), 3);
  for (const peer of ['1', '2']) {
    server.calls[0]?.item({ type: 'joined', member: { peer } });
  }
  await until(() => calls.length === 3);
  assert.deepEqual(calls, ['a 1', 'b 1', 'a 2']);
  assert.equal((reported[0] as Error).message, 'a mistake');
  assert.equal(reported.length, 1);
  room.removeAllListeners();
  assert.equal(room.emit('peer joined', '3'), false);
  assert.equal(calls.length, 3);
});

test('a signal leaves the room', async (t) => {
  const { node, server } = await connected(t, rooms);
  const abort = new AbortController();
  const { room, notes } = noted(node, { signal: abort.signal });
  await room.joined;
  abort.abort();
  await server.until(() => server.calls[0]?.canceled);
  await failure(room.broadcast('x'), 'not-in-room');
  assert.deepEqual(notes, ['subscribed', 'error not-in-room']);
});
