import { make } from '../dom.js';
import { inWords } from '../words.js';
import { avatar } from './people.js';

/** How many entries are kept. */
const MOST = 400;

/** A text longer than this is shown in part, until it is asked for. */
const LONG = 1200;

/** Messages of one person within this time, in ms, stand under one name. */
const TOGETHER = 120_000;

/** What was said, the oldest first. */
export class Log {
  #list;
  #newer;
  #ends = new Map(); // what is to be done when an entry goes
  #last = { key: undefined, time: 0 };
  #following = true; // whether the end is in sight

  constructor(list, newer) {
    this.#list = list;
    this.#newer = newer;
    newer.addEventListener('click', () => this.follow());
    list.addEventListener('scroll', () => {
      const { scrollTop, scrollHeight, clientHeight } = list;
      this.#following = scrollHeight - scrollTop - clientHeight < 48;
      if (this.#following) {
        newer.hidden = true;
      }
    });
    // What was loaded late, such as a picture, moves the end.
    new ResizeObserver(() => this.#following && this.follow()).observe(list);
    list.addEventListener('load', () => this.#following && this.follow(), true);
  }

  /** Shows the end. */
  follow() {
    this.#following = true;
    this.#newer.hidden = true;
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  clear() {
    this.#list.replaceChildren();
    this.#ends.forEach((end) => end());
    this.#ends.clear();
    this.#last = { key: undefined, time: 0 };
    this.follow();
  }

  /** Tells something that nobody said. */
  note(text) {
    this.#last = { key: undefined, time: 0 };
    const element = make('li', { class: 'note', dir: 'auto' }, text);
    this.#append(element);
    return element;
  }

  /**
   * Shows a message.
   *
   * @param {object} message
   * @param {import('./people.js').Person} message.person who said it
   * @param {string} message.name what to call them
   * @param {string} [message.aside] to whom alone it was said
   * @param {Element} message.body
   * @param {() => void} [message.onend] for when it is no longer shown
   */
  message({ person, name, aside, body, onend }) {
    const now = Date.now();
    const key = `${person.key} ${aside ?? ''}`;
    const follows = key === this.#last.key && now - this.#last.time < TOGETHER;
    this.#last = { key, time: now };
    const element = make(
      'li',
      { class: 'message' },
      avatar(person),
      make('div', { class: 'bubble' }, by(person, name, aside), body),
    );
    element.classList.toggle('mine', person.kind === 'me');
    element.classList.toggle('aside', aside !== undefined);
    element.classList.toggle('follows', follows);
    if (onend) {
      this.#ends.set(element, onend);
    }
    this.#append(element);
    return new Sent(element);
  }

  #append(element) {
    this.#list.append(element);
    while (this.#list.children.length > MOST) {
      const { firstElementChild: oldest } = this.#list;
      oldest.remove();
      this.#ends.get(oldest)?.();
      this.#ends.delete(oldest);
    }
    if (this.#following || element.classList.contains('mine')) {
      this.follow();
    } else {
      this.#newer.hidden = false;
    }
  }
}

function by(person, name, aside) {
  const time = new Date();
  return make(
    'p',
    { class: 'by' },
    make('strong', { dir: 'auto' }, person.kind === 'me' ? 'You' : name),
    ...(aside === undefined
      ? []
      : [make('span', { class: 'to', dir: 'auto' }, aside)]),
    make(
      'time',
      { dateTime: time.toISOString() },
      time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
    ),
  );
}

/** A message in the log, which may be one that is still to be sent. */
class Sent {
  #element;
  #trouble;

  constructor(element) {
    this.#element = element;
  }

  /** Shows that it is on its way until `sending` is done, or why it failed. */
  async follow(send) {
    this.#trouble?.remove();
    this.#element.classList.add('pending');
    try {
      await send();
    } catch (error) {
      this.#fail(inWords(error), () => this.follow(send));
    } finally {
      this.#element.classList.remove('pending');
    }
  }

  #fail(text, again) {
    this.#trouble = make(
      'p',
      { class: 'trouble', role: 'alert' },
      make('span', {}, text),
      make('button', { click: again }, 'Try again'),
    );
    this.#element.querySelector('.bubble').append(this.#trouble);
  }
}

/** The body of a message of words. */
export function words(text) {
  const body = make('div', { class: 'words', dir: 'auto' });
  if (text.length <= LONG) {
    body.append(text);
    return body;
  }
  const more = make(
    'button',
    { click: () => body.replaceChildren(text) },
    `Show all ${text.length.toLocaleString()} characters`,
  );
  body.append(`${text.slice(0, LONG).toWellFormed()}…`, more);
  return body;
}
