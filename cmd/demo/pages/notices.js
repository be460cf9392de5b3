import { byId, make } from './dom.js';
import { inWords } from './words.js';

const list = byId('notices');
const announcer = byId('announcer');

/**
 * Shows a line for a while. With an action, it has a button for it.
 *
 * @param {string} text
 * @param {{action?: string, onaction?: () => void, kind?: string, ms?: number}} options
 */
export function notify(
  text,
  { action, onaction, kind = 'info', ms = 6000 } = {},
) {
  const notice = make('div', {
    class: `notice ${kind}`,
    role: kind === 'error' ? 'alert' : 'status',
  });
  const remove = () => notice.remove();
  notice.append(make('span', {}, text));
  if (action) {
    const run = () => {
      remove();
      onaction();
    };
    notice.append(make('button', { click: run }, action));
  }
  notice.append(
    make(
      'button',
      { class: 'bare', 'aria-label': 'Dismiss', click: remove },
      '✕',
    ),
  );
  // What lies under an open dialog can be neither seen nor reached.
  (document.querySelector('dialog[open]') ?? document.body).append(list);
  list.append(notice);
  setTimeout(remove, ms);
}

/** Shows an error, in words. */
export function complain(error) {
  notify(inWords(error), { kind: 'error', ms: 12_000 });
}

/** Says something to who listens to the page, and shows nothing. */
export function announce(text) {
  announcer.textContent = text;
}
