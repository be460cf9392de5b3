import { describe } from './describe.js';
import { byId, make } from './dom.js';
import { bytes, plural } from './format.js';
import { icon } from './icons.js';
import { mediaKind } from './kinds.js';
import { linkTo } from './links.js';
import { addressOf, downloadOf } from './media.js';
import { copy } from './nodefacts.js';
import { complain } from './notices.js';
import { inWords } from './words.js';

/** How much of a text is shown, in bytes. */
const TEXT_LIMIT = 256 * 1024;

/** How many entries of a folder are shown. */
const ENTRY_LIMIT = 500;

/** How long to look for something among the peers, in ms. */
const PATIENCE = 15_000;

/** Shows files and folders, of the node or of its peers. */
export class Preview {
  #node;
  #target;
  #onclose;
  #dialog = byId('preview');
  #body = byId('preview-body');
  #footer = byId('preview-footer');
  #showing = new AbortController();
  #release = () => {};

  /**
   * @param {object} options
   * @param {string} [options.target] where links lead, as that of an `a` element
   * @param {() => void} [options.onclose]
   */
  constructor(node, { target = '', onclose = () => {} } = {}) {
    this.#node = node;
    this.#target = target;
    this.#onclose = onclose;
    byId('preview-close').addEventListener('click', () => this.close());
    this.#dialog.addEventListener('click', ({ target }) => {
      if (target === this.#dialog) {
        this.close(); // beside it
      }
    });
    this.#dialog.addEventListener('close', () => {
      this.#clear();
      this.#onclose();
    });
  }

  close() {
    this.#dialog.close();
  }

  #clear() {
    this.#showing.abort();
    this.#showing = new AbortController();
    this.#body.replaceChildren(); // media stop
    this.#footer.replaceChildren();
    this.#release();
    this.#release = () => {};
  }

  /** Shows what a path names, by the kind that its name has. */
  async show({ path, name }) {
    this.#clear();
    const { signal } = this.#showing;
    byId('preview-title').textContent = name;
    this.#body.replaceChildren(
      make('p', { class: 'quiet' }, 'Looking here and at peers…'),
    );
    if (!this.#dialog.open) {
      this.#dialog.showModal();
    }
    try {
      const options = { signal, timeout: PATIENCE };
      const { cid } = await this.#node.dag.resolve(path, options);
      const described = await describe(this.#node, cid, options);
      const content = await this.#contentOf(
        { path, name, ...described },
        signal,
      );
      if (!signal.aborted) {
        this.#body.replaceChildren(content);
        this.#tell({ path, name, cid, ...described });
      }
    } catch (error) {
      if (!signal.aborted) {
        const text =
          error.code === 'timeout'
            ? 'This is not in the node, and no peer that is connected sent it in time.'
            : inWords(error);
        this.#body.replaceChildren(
          make('p', { class: 'failure', role: 'alert' }, text),
        );
      }
    }
  }

  #contentOf(item, signal) {
    if (item.kind === 'folder') {
      return this.#folder(item, signal);
    }
    if (item.kind === 'file' && mediaKind(item.name)) {
      return this.#media(item);
    }
    return this.#text(item, signal);
  }

  async #folder({ path }, signal) {
    const list = make('ul', { class: 'entries' });
    let count = 0;
    for await (const { name, type, size } of this.#node.ls(path, { signal })) {
      if (++count > ENTRY_LIMIT) {
        list.append(
          make(
            'li',
            { class: 'quiet' },
            `Only the first ${ENTRY_LIMIT} are shown.`,
          ),
        );
        break;
      }
      list.append(
        make(
          'li',
          {},
          icon(type === 'dir' ? 'folder' : 'file', name),
          make(
            'a',
            { href: linkTo(`${path}/${name}`, name), target: this.#target },
            name,
          ),
          make('span', { class: 'quiet' }, type === 'dir' ? '' : bytes(size)),
        ),
      );
    }
    return count > 0
      ? list
      : make('p', { class: 'quiet' }, 'This folder is empty.');
  }

  async #media({ path, name, size }) {
    const { url, release } = await addressOf(this.#node, path, name, size);
    this.#release = release;
    const kind = mediaKind(name);
    if (kind === 'image') {
      return make('img', { src: url, alt: name });
    }
    return make(kind, { src: url, controls: true, 'aria-label': name });
  }

  async #text({ kind, path, size }, signal) {
    if (kind !== 'file') {
      return make(
        'p',
        { class: 'quiet' },
        'This is data that only programs read.',
      );
    }
    const text = await this.#readText(path, signal);
    if (text === undefined) {
      return make(
        'p',
        { class: 'quiet' },
        'There is no preview of this kind of file.',
      );
    }
    const shown = make('pre', { tabIndex: 0 }, text);
    if (size <= TEXT_LIMIT) {
      return shown;
    }
    return make(
      'div',
      {},
      shown,
      make(
        'p',
        { class: 'quiet' },
        `The first ${bytes(TEXT_LIMIT)} of ${bytes(size)}.`,
      ),
    );
  }

  /** The beginning of a file as text, or undefined if it is none. */
  async #readText(path, signal) {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    try {
      for await (const chunk of this.#node.cat(path, {
        length: TEXT_LIMIT,
        signal,
      })) {
        text += decoder.decode(chunk, { stream: true });
      }
    } catch (error) {
      if (error instanceof TypeError) {
        return undefined; // not UTF-8
      }
      throw error;
    }
    return text.includes('\0') ? undefined : text;
  }

  #tell({ path, name, cid, kind, size, count }) {
    const facts = [
      kind === 'folder' && count !== undefined && plural(count, 'item'),
      bytes(size),
    ];
    const link = linkTo(path, name);
    this.#footer.replaceChildren(
      make('code', { title: 'CID' }, cid.toString()),
      make('span', { class: 'quiet' }, facts.filter(Boolean).join(' · ')),
      make('button', { click: () => copy(link, 'Link') }, 'Copy link'),
    );
    const url = kind === 'file' && downloadOf(path, name);
    if (url) {
      this.#footer.append(
        make('a', { class: 'button', href: url }, 'Download'),
      );
    }
  }
}
