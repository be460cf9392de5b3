import { describe } from '../describe.js';

/**
 * Fetches all that is under a CID and keeps it, under a name.
 *
 * @param {{cid: import('../sharednode/index.js').CID, name: string}} file
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(described: {kind: string, size: number}) => void} options.onstart
 *   with what the first block tells
 * @param {(done: number) => void} options.onprogress with the bytes so far
 * @returns what {@link describe} tells
 */
export async function fetchWhole(
  node,
  { cid, name },
  { signal, onstart, onprogress },
) {
  const described = await describe(node, cid, { signal });
  onstart(described);
  let done = 0;
  for await (const chunk of contentOf(node, cid, described.kind, signal)) {
    done += chunk.length;
    onprogress(Math.min(done, described.size));
  }
  await node.pin.add(cid, { name, signal });
  return described;
}

function contentOf(node, cid, kind, signal) {
  switch (kind) {
    case 'file':
      return node.cat(cid, { signal });
    case 'folder':
      return node.get(cid, { signal });
    default:
      return []; // pinning fetches it
  }
}

/** What there is to tell of what is kept already; undefined if it is not. */
export async function isKept(node, cid) {
  try {
    for await (const pin of node.pin.ls({ paths: [cid] })) {
      if (pin.type === 'recursive' || pin.type === 'indirect') {
        return await describe(node, cid, { offline: true });
      }
    }
  } catch (error) {
    if (!['not-pinned', 'not-found'].includes(error.code)) {
      throw error;
    }
  }
  return undefined;
}
