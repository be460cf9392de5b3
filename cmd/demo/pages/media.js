import { describe } from './describe.js';
import { typeOf } from './kinds.js';

/**
 * Content under addresses: a Service Worker answers `/ipfs/<path>` with what
 * it asks of a tab, in parts where an element wants parts. So a video plays
 * from where one looks at, and a large file never stands in memory.
 */

/** How long the Service Worker may take to be there, in ms. */
const PATIENCE = 3000;

/** Without a Service Worker, what is larger than this is not shown, in bytes. */
const BLOB_LIMIT = 64e6;

/** Answers what the Service Worker asks of this tab. */
export function serveMedia(node) {
  const workers = navigator.serviceWorker;
  if (workers === undefined) {
    return;
  }
  workers.addEventListener('message', ({ data, ports: [port] }) => {
    if (data?.type === 'read') {
      answer(node, data, port);
    }
  });
  workers
    .register('media-sw.js')
    .catch((error) => console.warn('no Service Worker:', error));
  workers.startMessages();
}

/** Sends what is asked for through the port, a chunk each time one is wanted. */
async function answer(node, { path, range }, port) {
  const stop = new AbortController();
  const { signal } = stop;
  let chunks;
  port.onmessage = async ({ data }) => {
    if (data === 'stop') {
      stop.abort();
      port.close();
      return;
    }
    keepAlive();
    try {
      const { value, done } = await chunks.next();
      port.postMessage({ chunk: done ? undefined : value });
    } catch (error) {
      port.postMessage({ error: error.message });
    }
  };
  try {
    const size = await sizeOf(node, path, signal);
    const { offset, length } = within(range, size);
    chunks = node.cat(path, { offset, length, signal });
    port.postMessage({ size, offset, length });
  } catch (error) {
    port.postMessage({ error: error.message, code: error.code });
    stop.abort();
  }
}

let heard = 0; // when the Service Worker last heard from this tab

/** Chromium ends a Service Worker that hears nothing for half a minute. */
function keepAlive() {
  if (performance.now() - heard > 10_000) {
    heard = performance.now();
    navigator.serviceWorker.controller?.postMessage('go on');
  }
}

async function sizeOf(node, path, signal) {
  const { cid } = await node.dag.resolve(path, { signal });
  const { kind, size } = await describe(node, cid);
  if (kind !== 'file') {
    throw new Error('not a file');
  }
  return size;
}

/** The part of a file that a range means; all of it without one. */
function within(range, size) {
  const offset = Math.min(range?.offset ?? 0, size);
  return { offset, length: Math.min(range?.length ?? Infinity, size - offset) };
}

/**
 * Gives an address for a file, to be released when it is not shown any more.
 *
 * @returns {Promise<{url: string, release: () => void}>}
 */
export async function addressOf(node, path, name, size) {
  if (await controlled()) {
    return { url: urlOf(path, name), release: () => {} };
  }
  if (size > BLOB_LIMIT) {
    throw new Error(
      'This browser lets the page have no Service Worker, without which large files cannot be shown.',
    );
  }
  const chunks = [];
  for await (const chunk of node.cat(path)) {
    chunks.push(chunk);
  }
  const url = URL.createObjectURL(new Blob(chunks, { type: typeOf(name) }));
  return { url, release: () => URL.revokeObjectURL(url) };
}

/**
 * Gives an address that is downloaded when it is followed, or undefined where
 * there is no Service Worker to answer. A link to it has no `download`, for
 * browsers do not ask the Service Worker for those that do.
 */
export function downloadOf(path, name) {
  return navigator.serviceWorker?.controller
    ? `${urlOf(path, name)}&download=1`
    : undefined;
}

function urlOf(path, name) {
  const parts = path.split('/').map(encodeURIComponent).join('/');
  const query = new URLSearchParams({ type: typeOf(name), filename: name });
  return `ipfs/${parts}?${query}`;
}

/** Whether a Service Worker answers for this page, now or before long. */
async function controlled() {
  const workers = navigator.serviceWorker;
  if (workers === undefined || workers.controller) {
    return workers !== undefined;
  }
  return new Promise((resolve) => {
    workers.addEventListener('controllerchange', () => resolve(true), {
      once: true,
    });
    setTimeout(() => resolve(workers.controller !== null), PATIENCE);
  });
}
