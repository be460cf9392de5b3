import { make } from './dom.js';
import { bytes, duration, plural, short } from './format.js';
import { complain, notify } from './notices.js';

/** What the page tells of the node: the same in every tab. */
export class NodeFacts {
  #list;
  #node;

  constructor(list, node) {
    this.#list = list;
    this.#node = node;
  }

  async refresh() {
    const [{ worker, started, now, sessions }, connections] = await Promise.all(
      [this.#node.status(), this.#node.swarm.peers()],
    );
    const peers = new Set(connections.map(({ peer }) => peer));
    const { peerId } = this.#node;
    this.#list.replaceChildren(
      ...fact('PeerId', copyable(peerId, 'PeerId')),
      ...fact('Tabs', tabs(sessions.length)),
      ...fact('Peers', String(peers.size)),
      ...fact(
        'Worker',
        make('span', { id: 'epoch', title: worker.epoch }, short(worker.epoch)),
      ),
      ...fact('Up for', duration(Date.now() - started)),
      ...fact('Memory', bytes(now.memory)),
    );
  }
}

function fact(term, value) {
  return [make('dt', {}, term), make('dd', {}, value)];
}

/** One dot for each tab, and their number. */
function tabs(count) {
  return make(
    'span',
    {
      id: 'tabs',
      'data-count': count,
      title: `${plural(count, 'tab')} on this node`,
    },
    make(
      'span',
      { class: 'dots', 'aria-hidden': 'true' },
      '●'.repeat(Math.min(count, 12)),
    ),
    ` ${count}`,
  );
}

function copyable(text, what) {
  return make(
    'button',
    {
      class: 'copy',
      id: 'peer-id',
      title: `${text} (click to copy)`,
      'data-value': text,
      click: () => copy(text, what),
    },
    short(text, 10, 6),
  );
}

/** Puts a text where it can be pasted from. */
export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`${what} copied`, { ms: 2500 });
  } catch (error) {
    complain(error);
  }
}
