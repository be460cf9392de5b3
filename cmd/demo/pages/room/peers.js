import { make } from '../dom.js';
import { short } from '../format.js';
import { picture } from './map.js';

/** How many are listed. */
const MOST = 12;

/** How often each of those is pinged, in ms. */
const PING_EVERY = 5000;

const RELAYED = '/p2p-circuit';

/**
 * The connected peers, as a list and as a map: which way leads to each, and
 * how long it takes.
 */
export class Peers {
  #node;
  #map;
  #list;
  #nameOf;
  #pings = new Map(); // {time, at, running} by peer

  /**
   * @param {(peer: string) => string | undefined} nameOf what a peer is called
   */
  constructor(node, map, list, nameOf) {
    this.#node = node;
    this.#map = map;
    this.#list = list;
    this.#nameOf = nameOf;
  }

  /** Brings both up to date. */
  async refresh() {
    const peers = gather(await this.#node.swarm.peers());
    for (const id of this.#pings.keys()) {
      if (!peers.has(id)) {
        this.#pings.delete(id);
      }
    }
    const shown = [...peers.values()]
      .map((peer) => this.#describe(peer))
      .sort(
        (a, b) =>
          (a.via !== undefined) - (b.via !== undefined) ||
          a.name.localeCompare(b.name),
      )
      .slice(0, MOST);
    shown.forEach(({ id }) => this.#ping(id));
    this.#map.replaceChildren(picture(shown));
    this.#list.replaceChildren(
      ...shown.map(row),
      ...(peers.size > MOST
        ? [make('li', { class: 'quiet' }, `and ${peers.size - MOST} more`)]
        : []),
      ...(peers.size === 0
        ? [make('li', { class: 'quiet' }, 'None yet.')]
        : []),
    );
  }

  #describe({ id, addr }) {
    const name = this.#nameOf(id);
    const at = addr.indexOf(RELAYED);
    return {
      id,
      name: name ?? short(id, 4, 6),
      named: name !== undefined,
      via: at < 0 ? undefined : relayIn(addr.slice(0, at)),
      latency: this.#pings.get(id)?.time,
    };
  }

  /** Pings a peer, unless that was done not long ago. */
  async #ping(id) {
    const ping = this.#pings.get(id) ?? { at: -PING_EVERY, running: false };
    this.#pings.set(id, ping);
    if (ping.running || performance.now() - ping.at < PING_EVERY) {
      return;
    }
    ping.running = true;
    ping.at = performance.now();
    try {
      for await (const { success, time } of this.#node.ping(id, {
        count: 1,
        timeout: PING_EVERY,
      })) {
        if (success && time > 0) {
          ping.time = time / 1e6; // ms
        }
      }
    } catch {
      ping.time = undefined; // no answer
    } finally {
      ping.running = false;
    }
  }
}

/** The peers behind connections; of one that is reached directly too, that. */
function gather(connections) {
  const peers = new Map();
  for (const { peer: id, addr } of connections) {
    if (!peers.has(id) || !addr.includes(RELAYED)) {
      peers.set(id, { id, addr });
    }
  }
  return peers;
}

/** The id of the relay, from the address up to the circuit. */
function relayIn(addr) {
  return /\/p2p\/([^/]+)$/.exec(addr)?.[1] ?? '';
}

function row({ id, name, named, via, latency }) {
  return make(
    'li',
    { 'data-peer': id, 'data-relayed': via !== undefined, title: id },
    make('span', { class: 'name', dir: 'auto' }, name),
    make('span', { class: 'quiet' }, named ? short(id, 0, 6) : ''),
    make(
      'span',
      { class: `way ${via === undefined ? 'direct' : 'relayed'}` },
      via === undefined ? 'direct' : 'relayed',
    ),
    make(
      'span',
      { class: 'latency' },
      latency === undefined ? '–' : inMs(latency),
    ),
  );
}

function inMs(ms) {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
