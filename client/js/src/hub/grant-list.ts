import type { OriginGrantsResult } from '../api/grants.js';
import { messageOf } from '../errors.js';
import { make } from '../inspector/dom.js';
import { bytes } from '../inspector/format.js';
import type { Sharednode } from '../node.js';
import { DEFAULT_QUOTA } from './wants.js';
import { hostOf, inWords } from './words.js';

/**
 * Which sites may do what with a node, with buttons to take it back. A site that may
 * do nothing any more is there as long as something is kept for it.
 */
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
      for await (const kept of this.#node.grants.list({ revoked: true })) {
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

  #item(kept: OriginGrantsResult): HTMLElement {
    const { origin, granted } = kept;
    const buttons = granted
      ? [
          this.#button(origin, 'Revoke', false),
          this.#button(origin, 'Revoke and delete its files', true),
        ]
      : [this.#button(origin, 'Delete its files', true)];
    return make(
      'li',
      { class: 'grant', 'data-origin': origin },
      make('h3', {}, make('bdi', {}, hostOf(origin))),
      ...(granted ? rightsOf(kept) : [revokedNote(kept)]),
      make('div', { class: 'buttons' }, ...buttons),
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
        this.#state.textContent = forget
          ? `${hostOf(origin)} may do nothing any more, and its files are deleted.`
          : `${hostOf(origin)} may do nothing any more.`;
      } catch (error) {
        this.#state.textContent = messageOf(error);
      }
      await this.refresh();
    };
    return button;
  }
}

function rightsOf(kept: OriginGrantsResult): HTMLElement[] {
  const { origin, grants, used, granted } = kept;
  const words = inWords(origin, grants).map(({ what }) => make('li', {}, what));
  const quota = grants.quota || DEFAULT_QUOTA;
  const when = new Date(granted).toLocaleString();
  const until = grants.expires
    ? `, until ${new Date(grants.expires).toLocaleString()}`
    : '';
  return [
    make('ul', {}, ...words),
    make(
      'p',
      { class: 'quiet' },
      `Keeps ${bytes(used)} of ${bytes(quota)}. Allowed ${when}${until}.`,
    ),
  ];
}

function revokedNote({ used }: OriginGrantsResult): HTMLElement {
  return make(
    'p',
    { class: 'quiet' },
    `May do nothing any more. ${bytes(used)} of its files are still kept.`,
  );
}
