import { connect } from './sharednode/index.min.js';
import { byId } from './dom.js';
import { complain, notify } from './notices.js';
import { inWords } from './words.js';

const state = byId('state');

/** Shows how the page stands with the node: `busy`, `good` or `bad`. */
export function show(kind, text) {
  state.className = `state ${kind}`;
  state.textContent = text;
}

/**
 * Connects to the node, asking it to stay connected with the demo's peer and
 * to be reached through that. All pages ask the same, since they share the
 * node. Should it fail, the page says so and the node is undefined.
 *
 * @returns {Promise<{node?: import('./sharednode/index.js').Sharednode,
 *   demo?: string}>} demo is the id of the demo's peer
 */
export async function openNode() {
  show('busy', 'Starting the node…');
  try {
    const addr = await addressOfPeer();
    const config = addr ? { bootstrap: [addr], relays: [addr] } : {};
    const node = await connect({ config, onConflict: 'join' });
    show('good', 'Connected');
    node.addEventListener('reconnect', () => {
      show('good', 'Connected');
      notify('The node was started again.');
    });
    node.addEventListener('warning', ({ detail }) => {
      if (detail.code !== 'config-conflict') {
        show('bad', inWords(detail));
      }
    });
    return { node, demo: addr && peerIn(addr) };
  } catch (error) {
    show('bad', 'Not connected');
    complain(error);
    return {};
  }
}

/** The address of the demo's peer; none where the pages are served without. */
async function addressOfPeer() {
  return (await askPeer().catch(() => undefined))?.addr;
}

/** The id of the peer at the end of an address. */
export function peerIn(addr) {
  return addr.split('/').at(-1);
}

/**
 * Asks the demo for its peer's address and, with a topic, for the ids of those
 * peers that listen to it.
 *
 * @returns {Promise<{addr: string, peers: string[]}>}
 */
export async function askPeer(topic, signal) {
  const query = topic === undefined ? '' : `?${new URLSearchParams({ topic })}`;
  const response = await fetch(`peer.json${query}`, { signal });
  if (!response.ok) {
    throw new Error(`The demo does not answer (${response.status}).`);
  }
  return response.json();
}
