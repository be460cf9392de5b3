import type { OriginGrantsResult } from '../api/grants.js';
import { messageOf } from '../errors.js';
import { make } from '../inspector/dom.js';
import { bytes } from '../inspector/format.js';
import type { Sharednode } from '../node.js';
import { DEFAULT_QUOTA } from './wants.js';
import { hostOf, inWords } from './words.js';

/** Which sites may do what with a node, with buttons to take it back. */
export class GrantList {
  readonly #node: Sharednode;
  readonly #place: HTMLElement;
  readonly #state: HTMLElement;

  /**
   * @param place a list
   * @param state says what came of a click, and that there are none
   */
  constructor(node: Sharednode, place: HTMLElement, state: HTMLElement) {
    this.#node = node;
    this.#place = place;
    this.#state = state;
  }

  /** Shows what is so now. */
  async refresh(): Promise<void> {
    try {
      const all: OriginGrantsResult[] = [];
      for await (const kept of this.#node.grants.list()) {
        all.push(kept);
      }
      this.#place.replaceChildren(...all.map((kept) => this.#item(kept)));
      if (all.length === 0) {
        this.#state.textContent = 'No other site may use this node.';
      }
    } catch (error) {
      this.#state.textContent = messageOf(error);
    }
  }

  #item({ origin, grants, used, granted }: OriginGrantsResult): HTMLElement {
    const site = make('bdi', {}, hostOf(origin));
    const words = inWords(origin, grants).map(({ what }) =>
      make('li', {}, what),
    );
    const quota = grants.quota || DEFAULT_QUOTA;
    const when = new Date(granted).toLocaleString();
    const until = grants.expires
      ? `, until ${new Date(grants.expires).toLocaleString()}`
      : '';
    return make(
      'li',
      { class: 'grant', 'data-origin': origin },
      make('h3', {}, site),
      make('ul', {}, ...words),
      make(
        'p',
        { class: 'quiet' },
        `Keeps ${bytes(used)} of ${bytes(quota)}. Allowed ${when}${until}.`,
      ),
      make(
        'div',
        { class: 'buttons' },
        this.#button(origin, 'Revoke', false),
        this.#button(origin, 'Revoke and delete its files', true),
      ),
    );
  }

  #button(origin: string, text: string, forget: boolean): HTMLElement {
    const button = make(
      'button',
      { type: 'button', 'aria-label': `${text}: ${hostOf(origin)}` },
      text,
    ) as HTMLButtonElement;
    let sure = !forget;
    button.onclick = async () => {
      if (!sure) {
        sure = true;
        button.textContent = 'Delete them for good?';
        return;
      }
      button.disabled = true;
      try {
        await this.#node.grants.revoke(origin, { forget });
        this.#state.textContent = `${hostOf(origin)} may do nothing any more.`;
      } catch (error) {
        this.#state.textContent = messageOf(error);
      }
      await this.refresh();
    };
    return button;
  }
}
