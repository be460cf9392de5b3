import type { StatusResult } from '../api/info.js';
import { make } from './dom.js';
import { bytes, count, duration, short } from './format.js';

/** Shows what is true of the worker now. */
export function showFacts(
  list: HTMLElement,
  peerId: string,
  { worker, started, now }: StatusResult,
): void {
  const facts: [string, string, string?][] = [
    ['PeerId', short(peerId), peerId],
    ['Worker', `${worker.kind}, ${worker.version}`, worker.url ?? ''],
    ['Epoch', short(worker.epoch), worker.epoch],
    ['Up for', duration(Date.now() - started)],
    ['Memory', bytes(now.memory), `heap ${bytes(now.heap)}`],
    ['Goroutines', count(now.goroutines)],
    ['Tabs', count(now.sessions)],
    ['Open calls', count(now.calls)],
    ['Peers', count(now.peers)],
    ['Blocks', count(now.blocks), bytes(now.repoSize)],
  ];
  list.replaceChildren(
    ...facts.map(([name, value, more]) =>
      make(
        'div',
        more ? { title: more } : {},
        make('dt', {}, name),
        make('dd', {}, value),
      ),
    ),
    quota(now.usage, now.quota),
  );
}

function quota(usage: number, quota: number): HTMLElement {
  const known = quota > 0;
  const text = known ? `${bytes(usage)} of ${bytes(quota)}` : 'not told here';
  const value = make('dd', {}, text);
  if (known) {
    const meter = make('meter', {
      max: String(quota),
      high: String(quota * 0.8),
      value: String(usage),
      'aria-label': 'share of the quota',
    });
    value.append(meter);
  }
  return make('div', {}, make('dt', {}, 'Origin’s storage'), value);
}
