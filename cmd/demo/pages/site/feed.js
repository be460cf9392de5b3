import { Room } from '../sharednode/room.js';
import { byId, make } from '../dom.js';

/** The largest file that is opened in the page, in bytes. */
const LARGEST = 64 * 1024 * 1024;

/**
 * What the sites say and share: a room of the node that they have in common, or
 * of two nodes where the browser keeps them apart.
 */
export class Feed {
  #node;
  #site;
  #room;
  #onfailure;

  /**
   * @param {import('../sharednode/index.js').Sharednode} node
   * @param {string} site the name of this one
   * @param {{onfailure: (error: Error) => void}} on
   */
  constructor(node, site, { onfailure }) {
    this.#node = node;
    this.#site = site;
    this.#onfailure = onfailure;
    this.#room = new Room(node, 'sites/demo');
    this.#room.joined.catch(onfailure);
    this.#room.on('message', ({ data }) => this.#hear(data));
    this.#room.on('error', onfailure);
    byId('say').onsubmit = (event) => {
      event.preventDefault();
      const words = byId('words');
      if (words.value.trim() !== '') {
        this.#say({ text: words.value });
        words.value = '';
      }
    };
    byId('choose').onclick = () => byId('file').click();
    byId('file').onchange = ({ target }) => {
      const [file] = target.files;
      if (file !== undefined) {
        this.#share(file);
      }
      target.value = '';
    };
  }

  #say(message) {
    this.#room.broadcast(JSON.stringify({ site: this.#site, ...message }));
  }

  async #share(file) {
    try {
      const { cid } = await this.#node.add(file);
      this.#say({ file: file.name, cid: `${cid}` });
    } catch (error) {
      this.#onfailure(error);
    }
  }

  #hear(data) {
    let message;
    try {
      message = Object(JSON.parse(new TextDecoder().decode(data)));
    } catch {
      return; // of no page of this demo
    }
    const { site, text, file, cid } = message;
    const what =
      typeof cid === 'string'
        ? this.#opener(`${file}`, cid)
        : document.createTextNode(`${text}`);
    const row = make('li', {}, make('strong', {}, `${site}: `), what);
    row.classList.toggle('own', site === this.#site);
    byId('log').append(row);
    row.scrollIntoView({ block: 'nearest' });
  }

  /** A button that reads the file from the node, and has the browser save it. */
  #opener(name, cid) {
    const open = async () => {
      try {
        const blob = await this.#node.cat(cid, { length: LARGEST }).blob();
        const href = URL.createObjectURL(blob);
        make('a', { href, download: name }).click();
        setTimeout(() => URL.revokeObjectURL(href), 60_000);
        button.title = `${blob.size} bytes were read`;
      } catch (error) {
        button.title = error.message;
      }
    };
    const button = make('button', { class: 'bare', click: open }, name);
    button.dataset.cid = cid;
    return button;
  }
}
