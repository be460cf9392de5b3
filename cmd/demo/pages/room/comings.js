import { Allowance } from './flood.js';

/**
 * How long after somebody left it is told, in ms: who loads the page again, or
 * loses the connection for a moment, is not really gone.
 */
const PAUSE = 3000;

/** Tells in the log who comes and goes, unless it is too many to tell. */
export class Comings {
  #log;
  #going = new Map(); // timers, by whom
  #notes = new Allowance(20, 1);

  constructor(log) {
    this.#log = log;
  }

  /** Somebody came, who may have left a moment ago. */
  came(person, name) {
    const who = identityOf(person);
    if (this.#going.has(who)) {
      clearTimeout(this.#going.get(who));
      this.#going.delete(who);
    } else {
      this.#note(`${name} is here`);
    }
  }

  /** Somebody left, who may be back in a moment. */
  left(person, name) {
    const who = identityOf(person);
    clearTimeout(this.#going.get(who));
    const tell = () => {
      this.#going.delete(who);
      this.#note(`${name} left`);
    };
    this.#going.set(who, setTimeout(tell, PAUSE));
  }

  stop() {
    this.#going.forEach((timer) => clearTimeout(timer));
    this.#going.clear();
  }

  #note(text) {
    if (this.#notes.take()) {
      this.#log.note(text);
    }
  }
}

/** Tells apart those who do not look the same when they come back. */
function identityOf({ member, label }) {
  return `${member.peer} ${label}`;
}
