import { describe } from './describe.js';
import { byId, make } from './dom.js';
import { bytes, plural, short } from './format.js';
import { icon } from './icons.js';
import { hashOf, linkTo } from './links.js';
import { copy } from './nodefacts.js';
import { complain, notify } from './notices.js';

/**
 * The list of what is kept: the node's recursive pins, whose names are those
 * of the files. The page itself remembers nothing.
 */
export class Files {
  #node;
  #onremove;
  #list = byId('files');
  #rows = new Map(); // by CID as text
  #fresh = new Set(); // CIDs that this tab just added
  #refreshing;

  constructor(node, { onremove }) {
    this.#node = node;
    this.#onremove = onremove;
  }

  /** Has the next refresh point out the row of a CID. */
  highlight(cid) {
    this.#fresh.add(cid.toString());
  }

  /**
   * Brings the list up to date, and tells whether it was not. Those who ask
   * while it runs get the same run.
   */
  refresh() {
    this.#refreshing ??= this.#refresh().finally(
      () => (this.#refreshing = undefined),
    );
    return this.#refreshing;
  }

  async #refresh() {
    const pins = new Map();
    for await (const pin of this.#node.pin.ls({ type: 'recursive' })) {
      pins.set(pin.cid.toString(), pin);
    }
    let changed = false;
    for (const [cid, row] of this.#rows) {
      if (!pins.has(cid)) {
        row.element.remove();
        this.#rows.delete(cid);
        changed = true;
      }
    }
    const sorted = [...pins.values()].sort((a, b) =>
      nameOf(a).localeCompare(nameOf(b)),
    );
    sorted.forEach((pin, index) => {
      changed = this.#place(pin, index) || changed;
    });
    this.#summarize();
    return changed;
  }

  /** Sees to it that a pin's row is the one at an index, and tells if it is new. */
  #place(pin, index) {
    const cid = pin.cid.toString();
    let row = this.#rows.get(cid);
    const changed = row?.name !== nameOf(pin);
    if (changed) {
      row?.element.remove();
      row = this.#newRow(pin);
      this.#rows.set(cid, row);
    }
    if (this.#fresh.delete(cid)) {
      row.element.classList.add('fresh');
    }
    if (this.#list.children[index] !== row.element) {
      this.#list.insertBefore(row.element, this.#list.children[index] ?? null);
    }
    return changed;
  }

  #newRow(pin) {
    const row = new FileRow(pin.cid, nameOf(pin), () => this.#remove(row));
    describe(this.#node, pin.cid, { offline: true }).then(
      (described) => {
        row.tell(described);
        this.#summarize();
      },
      () => row.tellDamage(),
    );
    return row;
  }

  #summarize() {
    const rows = [...this.#rows.values()];
    const total = rows.reduce((sum, { size }) => sum + size, 0);
    byId('files-summary').textContent =
      rows.length > 0 ? `${rows.length} · ${bytes(total)}` : '';
    byId('empty').hidden = rows.length > 0;
  }

  async #remove({ cid, name }) {
    try {
      await this.#node.pin.rm(cid);
      this.#onremove();
      notify(`${name} removed`, {
        action: 'Undo',
        onaction: () =>
          this.#node.pin
            .add(cid, { name })
            .then(() => this.#onremove(), complain),
      });
    } catch (error) {
      complain(error);
    }
  }
}

function nameOf({ cid, name }) {
  return name || short(cid.toString());
}

/** One row of the list. */
class FileRow {
  #symbol = make('span', { class: 'symbol' });
  #size = make('span', { class: 'quiet size' });

  constructor(cid, name, onremove) {
    this.cid = cid;
    this.name = name;
    this.size = 0; // until it is known
    const hash = hashOf(cid, name);
    const link = linkTo(cid, name);
    this.element = make(
      'li',
      { class: 'row file', 'data-cid': cid.toString() },
      this.#symbol,
      make(
        'div',
        { class: 'title' },
        make('a', { href: hash }, name),
        make('code', { class: 'quiet', title: cid.toString() }, cid.toString()),
      ),
      this.#size,
      make(
        'div',
        { class: 'actions' },
        button('Copy link', name, () => copy(link, 'Link')),
        button('Remove', name, onremove),
      ),
    );
  }

  /** Shows what there is to say of the file beside its name. */
  tell({ kind, size, count }) {
    this.size = size;
    this.#symbol.replaceChildren(icon(kind, this.name));
    const items = count === undefined ? [] : [plural(count, 'item')];
    this.#size.textContent = [...items, bytes(size)].join(' · ');
  }

  /** Says that not even the file's first block can be read. */
  tellDamage() {
    this.#symbol.replaceChildren(icon('file', ''));
    this.#size.textContent = 'damaged';
  }
}

function button(label, name, click) {
  return make('button', { click, 'aria-label': `${label}: ${name}` }, label);
}
