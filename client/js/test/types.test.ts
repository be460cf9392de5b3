import { test } from 'node:test';
import type {
  AddResult,
  Candidates,
  CID,
  ErrorCode,
  IPFSEntry,
  RoomMember,
  Sharednode,
  SharednodeError,
  SignedMessage,
} from '../src/index.js';
import type { Method } from '../src/nodeapi.gen.js';
import DefaultRoom, { Room } from '../src/room.js';

/** What the compiler has to find true: that one type is another. */
type Is<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? true
    : false;
function check<_T extends true>(): void {}

/** The methods that a client has, under the names of the vocabulary. */
type Names<T, P extends string = ''> = {
  [K in keyof T & string]: T[K] extends (...args: never) => unknown
    ? `${P}${K}`
    : never;
}[keyof T & string];

async function typesOf(node: Sharednode): Promise<void> {
  check<Is<Awaited<ReturnType<Sharednode['add']>>, AddResult>>();
  check<Is<AddResult['cid'], CID>>();
  for await (const chunk of node.cat('bafy', { offset: 1, length: 2n })) {
    check<Is<typeof chunk, Uint8Array>>();
  }
  for await (const entry of node.ls('bafy', { timeout: '10s' })) {
    check<Is<typeof entry, IPFSEntry>>();
    check<Is<typeof entry.type, 'dir' | 'file'>>();
  }
  for await (const result of node.repo.gc()) {
    if (result.err === undefined) {
      check<Is<typeof result.cid, CID>>();
    } else {
      check<Is<typeof result.err, SharednodeError>>();
    }
  }
  const options: { signal?: AbortSignal } = {};
  const signal: AbortSignal | undefined = options.signal;
  await node.id({ signal });

  node.addEventListener('reconnect', ({ detail }) => {
    check<Is<typeof detail.epoch, string>>();
  });
  node.addEventListener('warning', ({ detail }) => {
    check<Is<typeof detail, SharednodeError>>();
    check<Is<typeof detail.code, ErrorCode>>();
  });

  node.addEventListener('peer:connect', ({ detail }) => {
    check<Is<typeof detail, string>>();
  });
  await node.pubsub.subscribe('topic', (message) => {
    check<Is<typeof message, SignedMessage>>();
    check<Is<typeof message.sequenceNumber, bigint>>();
  });
  const stream = await node.libp2p.dialProtocol('12D3', ['/a/1', '/a/2']);
  for await (const chunk of stream) {
    check<Is<typeof chunk, Uint8Array>>();
  }
  await stream.sink(stream.source);

  const room = new Room(node, 'topic', { members: true });
  check<Is<typeof DefaultRoom, typeof Room>>();
  room
    .on('message', ({ from, data }) => {
      check<Is<typeof from, string>>();
      check<Is<typeof data, Uint8Array>>();
    })
    .once('member left', (member) => {
      check<Is<typeof member, RoomMember>>();
      void room.sendTo(member, 'text');
    })
    .off('subscribed', () => {});
  // @ts-expect-error an event that does not exist
  room.on('peer', () => {});

  await using scoped = node;
  void scoped;

  const sources: Candidates[] = [
    ['text', new Uint8Array(), new Blob([]), new File([], 'f')],
    [{ path: 'a', content: 'text' }, { path: 'dir' }],
    new ReadableStream<Uint8Array>(),
    {} as FileList,
    {} as FileSystemDirectoryHandle,
    [{} as FileSystemEntry],
  ];
  void sources;

  // @ts-expect-error a number is no source
  await node.add(5);
  // @ts-expect-error an option that does not exist
  await node.add('x', { pins: true });
  // @ts-expect-error a chunker is text
  await node.add('x', { chunker: 5 });
  // @ts-expect-error a path is needed
  node.cat();
  // @ts-expect-error what a node says is not to be changed
  node.peerId = '';
}

/** Methods that stand behind events, and behind what others give. */
type Behind =
  | 'events'
  | 'status.samples'
  | 'swarm.events'
  | 'libp2p.accept'
  | 'room.send'
  | 'ports.create'
  | 'ports.revoke'
  | 'sources.serve'
  | 'sources.answer';

test('the client has every method of the vocabulary', () => {
  check<
    Is<
      Exclude<
        Exclude<Method, Behind>,
        | Names<Sharednode>
        | Names<Sharednode['files'], 'files.'>
        | Names<Sharednode['dag'], 'dag.'>
        | Names<Sharednode['block'], 'block.'>
        | Names<Sharednode['pin'], 'pin.'>
        | Names<Sharednode['pin']['remote'], 'pin.remote.'>
        | Names<Sharednode['pin']['remote']['service'], 'pin.remote.service.'>
        | Names<Sharednode['refs'], 'refs.'>
        | Names<Sharednode['datastore'], 'datastore.'>
        | Names<Sharednode['key'], 'key.'>
        | Names<Sharednode['name'], 'name.'>
        | Names<Sharednode['routing'], 'routing.'>
        | Names<Sharednode['bootstrap'], 'bootstrap.'>
        | Names<Sharednode['config'], 'config.'>
        | Names<Sharednode['stats'], 'stats.'>
        | Names<Sharednode['repo'], 'repo.'>
        | Names<Sharednode['swarm'], 'swarm.'>
        | Names<Sharednode['bitswap'], 'bitswap.'>
        | Names<Sharednode['pubsub'], 'pubsub.'>
        | Names<Sharednode['room'], 'room.'>
        | Names<Sharednode['libp2p'], 'libp2p.'>
        | Names<Sharednode['log'], 'log.'>
        | Names<Sharednode['grants'], 'grants.'>
      >,
      never
    >
  >();
  void typesOf;
});
