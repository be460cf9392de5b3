import { bytes } from './format.js';

/** What went wrong, for people, by the error's code. */
const byCode = {
  'storage-full': () =>
    'There is no room left. Remove files and free their space, or free some on the disk.',
  'storage-closed': () =>
    'The browser took the storage away. Reload the page to go on.',
  'storage-failed': ({ message }) =>
    `The browser could not store or read something: ${message}`,
  'not-found': () =>
    'Neither this node nor any of its peers has this: it was never added, or was removed since.',
  'no-link': ({ details }) => `There is no “${details.link}” in this folder.`,
  'not-a-file': () => 'This is not a file.',
  'not-a-directory': () => 'This is not a folder.',
  'invalid-cid': ({ details }) =>
    `“${details.value ?? ''}” is not a CID. One looks like bafybei… or Qm…`,
  'invalid-path': ({ details }) =>
    `“${details.value ?? ''}” is not a path. One looks like bafybei…/folder/file`,
  'unknown-codec': ({ details }) =>
    `The node does not know this kind of data (${details.value}).`,
  'invalid-block': () =>
    'What is stored is damaged: it does not match its CID.',
  'source-changed': ({ details }) =>
    `The file changed while it was read: it was ${bytes(details.expected)}, then ${bytes(details.actual)}. Add it again.`,
  'source-error': ({ cause }) =>
    cause?.name === 'NotFoundError'
      ? 'The file was moved or removed before it could be read.'
      : `The file could not be read: ${cause?.message ?? 'no reason given'}`,
  'worker-failed': () =>
    'The node could not be loaded. Reload the page to try again.',
  'worker-crashed': () => 'The node stopped. A new one is being started.',
  'worker-restarted': () =>
    'The node was restarted in the middle of this. Try it again.',
  disconnected: () =>
    'The connection to the node was lost in the middle of this. Try it again.',
  'not-supported': ({ op }) =>
    op === 'connect'
      ? 'This browser lacks something the node needs, such as SharedWorker.'
      : 'The node cannot do this.',
  'version-unsupported': () =>
    'This page and the running node are of different versions. Close all other tabs of it, then reload.',
  'too-many-sessions': ({ details }) =>
    `The node serves ${details.limit ?? 'as many as it can'} tabs already. Close some.`,
  offline: () => 'The node is not on the network.',
  'dial-failed': () => 'They could not be reached.',
  'not-connected': () => 'They are not connected.',
  'not-in-room': () => 'They are no longer here.',
  undelivered: () => 'It could not be delivered.',
  'message-too-large': ({ details }) =>
    `This is too long: a message has at most ${bytes(details.limit)}.`,
  'invalid-topic': () => 'A room cannot have this name.',
  'topic-not-allowed': () => 'The node is not allowed into this room.',
  'too-many-topics': () => 'This tab is in too many rooms already.',
  closing: () => 'The node is closing. Try it again.',
  timeout: () => 'The node did not answer in time.',
};

/** Says what an error means to whoever looks at the page. */
export function inWords(error) {
  const say = byCode[error?.code];
  return say ? say(error) : (error?.message ?? String(error));
}
