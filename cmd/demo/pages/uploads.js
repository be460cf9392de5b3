import { make } from './dom.js';
import { announce } from './notices.js';
import { progressText, Rate } from './rate.js';
import { inWords } from './words.js';

/** How many sources are added at once. */
const AT_ONCE = 2;

/** Adds what comes, a few at a time, with a row for each until it is done. */
export class Uploads {
  #list;
  #node;
  #onadded;
  #waiting = [];
  #running = 0;

  constructor(list, node, { onadded }) {
    this.#list = list;
    this.#node = node;
    this.#onadded = onadded;
  }

  /** @param {import('./drop.js').Source[]} sources */
  add(sources) {
    for (const source of sources) {
      const row = new UploadRow(source, { onretry: () => this.#enqueue(row) });
      this.#list.append(row.element);
      this.#enqueue(row);
    }
  }

  #enqueue(row) {
    this.#waiting.push(row);
    this.#next();
  }

  #next() {
    while (this.#running < AT_ONCE && this.#waiting.length > 0) {
      this.#running++;
      this.#run(this.#waiting.shift()).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #run(row) {
    const { signal } = row;
    if (signal.aborted) {
      return;
    }
    row.begin();
    try {
      const cid = await add(this.#node, row.source, signal, (done) =>
        row.progress(done),
      );
      row.element.remove();
      announce(`${row.source.name} added`);
      this.#onadded(cid, row.source);
    } catch (error) {
      if (!signal.aborted) {
        row.fail(error);
      }
    }
  }
}

/** Adds a source, telling of all its bytes so far, and returns its CID. */
async function add(node, { name, file, entries }, signal, onprogress) {
  const taken = new Map(); // bytes by path
  const options = {
    pinName: name,
    signal,
    progress: (count, path) => {
      taken.set(path, count);
      let sum = 0;
      taken.forEach((value) => (sum += value));
      onprogress(sum);
    },
  };
  if (file) {
    return (await node.add(file, options)).cid;
  }
  let root;
  for await (const { cid } of node.addAll(entries, options)) {
    root = cid; // folders come after what they hold
  }
  return root;
}

/** The row of one source: how far it is, how fast, and how to stop it. */
class UploadRow {
  #onretry;
  #abort = new AbortController();
  #bar = make('progress', { max: 1, value: 0 });
  #text = make('span', { class: 'quiet' }, 'Waiting');
  #buttons = make('div', { class: 'actions' });
  #rate;

  constructor(source, { onretry }) {
    this.source = source;
    this.#onretry = onretry;
    this.#bar.setAttribute('aria-label', `Progress of ${source.name}`);
    this.element = make(
      'li',
      { class: 'row upload' },
      make(
        'div',
        { class: 'title' },
        make('strong', {}, source.name),
        this.#text,
      ),
      this.#bar,
      this.#buttons,
    );
    this.#offer('Cancel', () => this.#cancel());
  }

  get signal() {
    return this.#abort.signal;
  }

  begin() {
    this.#rate = new Rate();
    this.progress(0);
  }

  progress(done) {
    const { size } = this.source;
    const rate = this.#rate.at(done);
    this.#bar.value = size > 0 ? Math.min(done / size, 1) : 0;
    this.#text.textContent =
      done >= size ? 'Finishing' : progressText(done, size, rate);
  }

  fail(error) {
    this.element.classList.add('failed');
    this.#text.textContent = inWords(error);
    announce(`${this.source.name} could not be added: ${inWords(error)}`);
    this.#buttons.replaceChildren();
    this.#offer('Try again', () => this.#retry());
    this.#offer('Dismiss', () => this.element.remove());
  }

  #retry() {
    this.element.classList.remove('failed');
    this.#text.textContent = 'Waiting';
    this.#buttons.replaceChildren();
    this.#offer('Cancel', () => this.#cancel());
    this.#onretry();
  }

  #cancel() {
    this.#abort.abort();
    this.element.remove();
  }

  #offer(label, click) {
    const button = make('button', { click }, label);
    button.setAttribute('aria-label', `${label}: ${this.source.name}`);
    this.#buttons.append(button);
  }
}
