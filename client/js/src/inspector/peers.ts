import type { Sharednode } from '../node.js';
import { make, row } from './dom.js';
import { short } from './format.js';

type Connection = Awaited<ReturnType<Sharednode['swarm']['peers']>>[number];

/** Shows the connections to peers. */
export function showPeers(
  body: HTMLElement,
  connections: readonly Connection[],
): void {
  if (connections.length === 0) {
    const text = 'No peer is connected.';
    const cell = make('td', { colspan: '4', class: 'quiet' }, text);
    body.replaceChildren(make('tr', {}, cell));
    return;
  }
  body.replaceChildren(
    ...connections.map(({ peer, addr, direction, latency }) =>
      row(
        make('code', { title: String(peer) }, short(String(peer))),
        make('code', {}, String(addr)),
        direction ?? '',
        latency ?? '',
      ),
    ),
  );
}
