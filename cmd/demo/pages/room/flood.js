/**
 * How much one may say: so many at once, and after that so many a second. What
 * is more than that is not shown, so that nobody can drown the others out.
 */
export class Allowance {
  #most;
  #perSecond;
  #left;
  #time = performance.now();

  constructor(most, perSecond) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#left = most;
  }

  /** Takes one, if there is one to take. */
  take() {
    const now = performance.now();
    const gained = ((now - this.#time) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#left + gained, this.#most);
    this.#time = now;
    if (this.#left < 1) {
      return false;
    }
    this.#left--;
    return true;
  }
}

/** How many peers are kept account of; of more, those heard of last. */
const MOST = 200;

/** What each peer may still say, with all its tabs together. */
export class Allowances {
  #peers = new Map();

  /**
   * The account of a peer: how much it may say, and how often its tabs may
   * introduce themselves.
   *
   * @returns {{words: Allowance, names: Allowance, leftOut?: object}}
   */
  of(peer) {
    const account = this.#peers.get(peer) ?? {
      words: new Allowance(20, 4),
      names: new Allowance(20, 1),
    };
    this.#peers.delete(peer);
    this.#peers.set(peer, account);
    if (this.#peers.size > MOST) {
      this.#peers.delete(this.#peers.keys().next().value);
    }
    return account;
  }
}
