import { make } from '../dom.js';
import { bytes, plural } from '../format.js';
import { icon } from '../icons.js';
import { mediaKind } from '../kinds.js';
import { addressOf, downloadOf } from '../media.js';
import { progressText, Rate } from '../rate.js';
import { inWords } from '../words.js';
import { fetchWhole, isKept } from './fetching.js';

/** After this long without a byte, in ms, it is said that none come. */
const QUIET = 8000;

/** The longest side of pictures that are shown unasked, in bytes. */
const PICTURE_LIMIT = 20e6;

/**
 * A file that somebody shared: who has it looks at it, and who has not gets it
 * from whoever has.
 */
export class FileCard {
  #node;
  #preview;
  #file; // {cid, name, size}
  #symbol = make('span', { class: 'symbol' });
  #text = make('span', { class: 'quiet' });
  #bar = make('progress', { max: 1, value: 0, hidden: true });
  #actions = make('div', { class: 'actions' });
  #picture = make('div', { class: 'picture' });
  #stop = new AbortController();
  #release = () => {};

  /**
   * @param {import('../preview.js').Preview} preview shows files in full
   * @param {{cid: import('../sharednode/index.js').CID, name: string, size?: number}} file
   *   with the size that its sender told
   */
  constructor(node, preview, file) {
    this.#node = node;
    this.#preview = preview;
    this.#file = file;
    this.#bar.setAttribute('aria-label', `Progress of ${file.name}`);
    this.#symbol.append(icon('file', file.name));
    this.element = make(
      'div',
      { class: 'shared', 'data-cid': file.cid.toString(), 'aria-live': 'off' },
      this.#symbol,
      make(
        'div',
        { class: 'title' },
        make('strong', { dir: 'auto' }, file.name),
        this.#text,
      ),
      this.#actions,
      this.#bar,
      this.#picture,
    );
    this.#begin();
  }

  /** Ends what it does. */
  end() {
    this.#stop.abort();
    this.#release();
  }

  async #begin() {
    try {
      const kept = await isKept(this.#node, this.#file.cid);
      await (kept ? this.#have(kept) : this.#offer());
    } catch (error) {
      this.#fail(error);
    }
  }

  #offer() {
    const { size } = this.#file;
    this.#state(
      'offered',
      size === undefined ? 'of unknown size' : bytes(size),
    );
    this.#bar.hidden = true;
    this.#buttons([['Get', () => this.#fetch()]]);
  }

  async #fetch() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#state('fetching', 'Looking for somebody who has it…');
    this.#bar.removeAttribute('value');
    this.#bar.hidden = false;
    this.#buttons([['Cancel', () => this.#stop.abort()]]);
    const progress = new Progress((text, share) => {
      this.#text.textContent = text;
      if (share !== undefined) {
        this.#bar.value = share;
      }
    });
    try {
      const described = await fetchWhole(this.#node, this.#file, {
        signal,
        onstart: ({ size }) => progress.start(size),
        onprogress: (done) => progress.at(done),
      });
      await this.#have(described);
    } catch (error) {
      if (signal.aborted) {
        this.#offer();
      } else {
        this.#fail(error);
      }
    } finally {
      progress.end();
    }
  }

  /** Shows what can be done with it now that it is here. */
  async #have({ kind, size, count }) {
    const { cid, name } = this.#file;
    const path = cid.toString();
    const parts = [count !== undefined && plural(count, 'item'), bytes(size)];
    this.#state('kept', parts.filter(Boolean).join(' · '));
    this.#symbol.replaceChildren(icon(kind, name));
    this.#bar.hidden = true;
    this.#buttons([['Open', () => this.#preview.show({ path, name })]]);
    if (kind !== 'file') {
      return;
    }
    const picture = mediaKind(name) === 'image' && size <= PICTURE_LIMIT;
    if (picture && this.#picture.childElementCount === 0) {
      const { url, release } = await addressOf(this.#node, path, name, size);
      this.#release = release;
      this.#picture.append(
        make('img', {
          src: url,
          alt: name,
          error: () => this.#picture.replaceChildren(),
        }),
      );
    }
    const url = downloadOf(path, name);
    if (url) {
      this.#actions.append(make('a', { class: 'button', href: url }, 'Save'));
    }
  }

  #fail(error) {
    this.#state('failed', inWords(error));
    this.#bar.hidden = true;
    this.#buttons([['Try again', () => this.#fetch()]]);
  }

  #state(name, text) {
    this.element.dataset.state = name;
    this.#text.textContent = text;
  }

  #buttons(buttons) {
    const had = this.#actions.contains(document.activeElement);
    this.#actions.replaceChildren(
      ...buttons.map(([label, click]) =>
        make(
          'button',
          { click, 'aria-label': `${label}: ${this.#file.name}` },
          label,
        ),
      ),
    );
    if (had) {
      this.#actions.firstElementChild.focus(); // where the pressed one was
    }
  }
}

/** Tells how a fetch goes: how far it is, or that nothing comes. */
class Progress {
  #tell;
  #size = 0;
  #done = 0;
  #rate = new Rate();
  #timer;

  constructor(tell) {
    this.#tell = tell;
    this.#wait();
  }

  start(size) {
    this.#size = size;
    this.at(0);
  }

  at(done) {
    this.#done = done;
    const rate = this.#rate.at(done);
    const share = this.#size > 0 ? Math.min(done / this.#size, 1) : 0;
    const text =
      done < this.#size ? progressText(done, this.#size, rate) : 'Finishing';
    this.#tell(text, share);
    this.#wait();
  }

  end() {
    clearTimeout(this.#timer);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () =>
        this.#tell(
          this.#done > 0
            ? `${bytes(this.#done)} of ${bytes(this.#size)} · nothing comes just now`
            : 'Nobody who is connected has sent it yet.',
        ),
      QUIET,
    );
  }
}
