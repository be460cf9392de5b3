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
 * node. Should it fail, the page says so and nothing is returned.
 */
export async function openNode() {
  show('busy', 'Starting the node…');
  try {
    // Where the pages are served without a peer, there is none.
    const found = await askPeer().catch(() => undefined);
    const node = await connectThrough(found?.addr);
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
    return node;
  } catch (error) {
    show('bad', 'Not connected');
    complain(error);
    return undefined;
  }
}

let demo; // the address of the demo's peer that the node was told of

async function connectThrough(addr) {
  const config = addr ? { bootstrap: [addr], relays: [addr] } : {};
  const node = await connect({ config, onConflict: 'join' });
  demo = addr;
  return node;
}

/** Whether an id is that of the demo's peer. */
export function isDemo(peer) {
  return demo?.endsWith(`/p2p/${peer}`) ?? false;
}

/**
 * Tells the node of the demo's peer if it is another than before: the demo was
 * started again. What one client asks for is added to what the node does.
 */
export async function follow(addr) {
  if (addr !== demo) {
    const messenger = await connectThrough(addr);
    await messenger.close();
  }
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
