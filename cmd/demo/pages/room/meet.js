import { askPeer, follow } from '../connection.js';

/**
 * How often it is asked who is in the room, in ms, and how seldom when there is
 * no answer.
 */
const EVERY = 2000;
const SELDOM = 30_000;

/** How many are dialled at once, and connected to for the room's sake. */
const AT_ONCE = 3;
const MOST = 24;

/** How long to wait after a peer could not be reached, in ms, and at most. */
const PATIENCE = 4000;
const MOST_PATIENCE = 60_000;

/**
 * Connects the node with the peers that listen to a topic, until it is
 * stopped. The demo's peer tells who they are, and relays: browsers cannot
 * reach each other in another way.
 */
export class Meeting {
  #node;
  #topic;
  #stop = new AbortController();
  #failed = new Map(); // {times, until} by peer
  #dialling = new Set();

  constructor(node, topic) {
    this.#node = node;
    this.#topic = topic;
    this.#run();
  }

  stop() {
    this.#stop.abort();
  }

  async #run() {
    const { signal } = this.#stop;
    let wait = EVERY;
    while (!signal.aborted) {
      try {
        await this.#meet(signal);
        wait = EVERY;
      } catch {
        wait = Math.min(wait * 2, SELDOM); // the demo or the node is gone
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  async #meet(signal) {
    const [{ addr, peers }, connected] = await Promise.all([
      askPeer(this.#topic, signal),
      this.#node.swarm.peers({ signal }),
    ]);
    await follow(addr);
    const known = new Set(connected.map(({ peer }) => peer));
    known.add(this.#node.peerId);
    for (const peer of this.#failed.keys()) {
      if (known.has(peer) || !peers.includes(peer)) {
        this.#failed.delete(peer);
      }
    }
    peers
      .slice(0, MOST)
      .filter((peer) => !known.has(peer) && this.#mayDial(peer))
      .forEach((peer) => this.#dial(peer, `${addr}/p2p-circuit/p2p/${peer}`));
  }

  #mayDial(peer) {
    return performance.now() >= (this.#failed.get(peer)?.until ?? 0);
  }

  async #dial(peer, addr) {
    const { signal } = this.#stop;
    if (
      signal.aborted ||
      this.#dialling.has(peer) ||
      this.#dialling.size >= AT_ONCE
    ) {
      return;
    }
    this.#dialling.add(peer);
    try {
      await this.#node.swarm.connect(addr, { signal, timeout: 15_000 });
    } catch {
      const times = (this.#failed.get(peer)?.times ?? 0) + 1;
      const wait = Math.min(PATIENCE * 2 ** (times - 1), MOST_PATIENCE);
      this.#failed.set(peer, { times, until: performance.now() + wait });
    } finally {
      this.#dialling.delete(peer);
    }
  }
}
