import { make, row } from './dom.js';
import { short } from './format.js';

/**
 * Shows who holds and who waits for the locks by which there is one node, and
 * by which tabs and worker see each other go.
 */
export async function showLocks(
  body: HTMLElement,
  repo: string,
): Promise<void> {
  const prefix = `sharednode:${repo}`;
  const { held = [], pending = [] } = (await navigator.locks?.query()) ?? {};
  const rows = [
    ...held.map((lock) => ({ ...lock, state: 'held' })),
    ...pending.map((lock) => ({ ...lock, state: 'waited for' })),
  ]
    .filter(
      ({ name }) => name === prefix || name?.startsWith(`${prefix}:`) === true,
    )
    .sort((a, b) => (a.name ?? '').localeCompare(b.name ?? ''));
  body.replaceChildren(
    ...rows.map(({ name = '', state, mode = '', clientId = '' }) =>
      row(
        make('code', {}, name),
        what(name.slice(prefix.length)),
        `${state}, ${mode}`,
        make('code', { title: clientId }, short(clientId)),
      ),
    ),
  );
}

function what(rest: string): string {
  if (rest === '') {
    return 'the repo: whoever holds it runs the node';
  }
  if (rest === ':leader') {
    return 'the tab that runs the worker';
  }
  return rest.startsWith(':script:')
    ? 'a worker’s script, while it lives'
    : 'the worker’s program, while it lives';
}
