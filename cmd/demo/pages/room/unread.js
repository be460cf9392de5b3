/** Has the tab's title tell how many messages came while it was out of sight. */
export class Unread {
  #outside = document.title;
  #title = document.title;
  #count = 0;

  constructor() {
    document.addEventListener('visibilitychange', () => this.#show(0));
  }

  /** The page shows a room, or none. */
  enter(room) {
    this.#title = room === undefined ? this.#outside : `${room} · Sharednode`;
    this.#show(0);
  }

  /** A message came. */
  count() {
    if (document.hidden) {
      this.#show(this.#count + 1);
    }
  }

  #show(count) {
    this.#count = count;
    document.title = count > 0 ? `(${count}) ${this.#title}` : this.#title;
  }
}
