import { make } from '../dom.js';
import { short } from '../format.js';

/** How many are listed, and how many of one peer: it may pretend to be many. */
const MOST = 200;
const MOST_OF_ONE = 16;

/** Someone in the room: a tab of this browser or of another. */
export class Person {
  /** Their name, once they said it. */
  name;
  /** Whether it was told that they came. */
  arrived = false;

  /**
   * @param {{peer: string, session?: string}} member
   * @param {'me' | 'mine' | 'other'} kind this tab, another one of this node,
   *   or one elsewhere
   */
  constructor(member, kind) {
    this.member = member;
    this.key = keyOf(member);
    this.kind = kind;
    this.hue = hueOf(this.key);
  }

  /** A few characters that tell them from others of the same name. */
  get tag() {
    const { peer, session } = this.member;
    return (session ?? peer).slice(-4);
  }

  /** What to call them. */
  get label() {
    return this.name ?? short(this.member.peer, 4, 4);
  }
}

/**
 * Who said their name and is not listed. It can overtake the news that they
 * joined, and is said only once; so it is kept until then, for the latest few.
 */
export class Strangers {
  #strangers = new Map();

  get(key) {
    return this.#strangers.get(key);
  }

  remember(person) {
    this.#strangers.delete(person.key);
    this.#strangers.set(person.key, person);
    if (this.#strangers.size > MOST) {
      const [oldest] = this.#strangers.keys();
      this.#strangers.delete(oldest);
    }
  }

  forget({ key }) {
    this.#strangers.delete(key);
  }
}

/** Tells members apart. */
export function keyOf({ peer, session }) {
  return `${peer}/${session ?? ''}`;
}

function hueOf(text) {
  let hash = 7;
  for (const character of text) {
    hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  }
  return hash % 360;
}

/** A disc in their colour with the first letter of their name. */
export function avatar({ label, hue }) {
  const [first] = label;
  const disc = make(
    'span',
    { class: 'avatar', 'aria-hidden': 'true' },
    first.toUpperCase(),
  );
  disc.style.setProperty('--hue', hue);
  return disc;
}

/** Those in the room, and the list of them. */
export class People {
  #people = new Map();
  #list;
  #count;
  #onaddress;

  /**
   * @param {Element} list to show them in
   * @param {Element} count to tell how many
   * @param {(person: Person) => void} onaddress for who is chosen to be told
   *   something alone
   */
  constructor(list, count, onaddress) {
    this.#list = list;
    this.#count = count;
    this.#onaddress = onaddress;
  }

  /** Finds who has a key. */
  get(key) {
    return this.#people.get(key);
  }

  /** All that are here, this tab first, then by name. */
  all() {
    const rank = { me: 0, mine: 1, other: 2 };
    return [...this.#people.values()].sort(
      (a, b) => rank[a.kind] - rank[b.kind] || a.label.localeCompare(b.label),
    );
  }

  /** Takes somebody in, unless there are too many. */
  add(person) {
    const { peer } = person.member;
    const all = [...this.#people.values()];
    const ofOne = all.filter(({ member }) => member.peer === peer).length;
    if (all.length < MOST && ofOne < MOST_OF_ONE) {
      this.#people.set(person.key, person);
      this.show();
    }
  }

  remove(person) {
    this.#people.delete(person.key);
    this.show();
  }

  clear() {
    this.#people.clear();
    this.show();
  }

  /** What to call somebody, so that it is clear who is meant. */
  nameOf(person) {
    const { label } = person;
    const twice = [...this.#people.values()].some(
      (other) => other !== person && other.label === label,
    );
    return twice ? `${label} · ${person.tag}` : label;
  }

  /** Names of the tabs of a peer, if any is here. */
  namesOf(peer) {
    return this.all()
      .filter(({ member, name }) => member.peer === peer && name)
      .map(({ name }) => name);
  }

  /** Brings the list up to date. */
  show() {
    const focused = this.#list.querySelector(':focus')?.dataset.key;
    const people = this.all();
    this.#count.textContent = `Who is here (${people.length})`;
    this.#list.replaceChildren(...people.map((person) => this.#row(person)));
    [...this.#list.querySelectorAll('button')]
      .find(({ dataset }) => dataset.key === focused)
      ?.focus();
  }

  #row(person) {
    const name = this.nameOf(person);
    const row = make(
      'li',
      { 'data-peer': person.member.peer, title: person.key },
      avatar(person),
      make('span', { class: 'name', dir: 'auto' }, name),
    );
    if (person.kind === 'me') {
      row.append(make('span', { class: 'quiet' }, 'you'));
      return row;
    }
    if (person.kind === 'mine') {
      row.append(make('span', { class: 'quiet' }, 'also you'));
    }
    row.append(
      make(
        'button',
        {
          'data-key': person.key,
          'aria-label': `Message ${name} alone`,
          click: () => this.#onaddress(person),
        },
        'Message',
      ),
    );
    return row;
  }
}
