import { byId, make } from '../dom.js';

/** Where one writes, and chooses whom it is for. */
export class Composer {
  #form = byId('compose');
  #to = byId('to');
  #text = byId('text');

  /** @param {(text: string, to: string) => void} onsend `to` is a key, or empty */
  constructor(onsend) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.#text.value.trim();
      if (text !== '') {
        this.#text.value = '';
        this.#fit();
        onsend(text, this.to);
      }
      this.#text.focus();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#form.requestSubmit();
      } else if (event.key === 'Escape') {
        this.address('');
      }
    });
    this.#text.addEventListener('input', () => this.#fit());
    this.#to.addEventListener('change', () => this.#mark());
  }

  /** The key of who is addressed; empty for all. */
  get to() {
    return this.#to.value;
  }

  /** Addresses who has a key; all if it is empty. */
  address(key) {
    this.#to.value = key;
    this.#mark();
    this.#text.focus();
  }

  focus() {
    this.#text.focus();
  }

  /**
   * Offers those that are here. Who is addressed and gone stays, marked so, for
   * a text must not go to all that was meant for one.
   *
   * @param {{key: string, name: string}[]} people
   */
  offer(people) {
    const { to } = this;
    const before = this.#to.selectedOptions[0]?.dataset.name ?? '';
    const options = [{ key: '', name: 'Everyone' }, ...people];
    if (!options.some(({ key }) => key === to)) {
      options.push({ key: to, name: before, gone: true });
    }
    const same =
      options.length === this.#to.length &&
      options.every(
        ({ key, name, gone }, index) =>
          this.#to[index].value === key &&
          this.#to[index].text === textOf(name, gone),
      );
    if (!same) {
      this.#to.replaceChildren(
        ...options.map(({ key, name, gone }) =>
          make('option', { value: key, 'data-name': name }, textOf(name, gone)),
        ),
      );
      this.#to.value = to;
    }
    this.#mark();
  }

  #mark() {
    this.#form.classList.toggle('aside', this.to !== '');
  }

  /** Makes the field as high as its text. */
  #fit() {
    this.#text.style.height = 'auto';
    this.#text.style.height = `${Math.min(this.#text.scrollHeight + 2, 160)}px`;
  }
}

function textOf(name, gone) {
  return gone ? `${name} (gone)` : name;
}
