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
