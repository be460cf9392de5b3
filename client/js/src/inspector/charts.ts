import { Chart } from './chart.js';
import { bytes, count, speed } from './format.js';
import type { History } from './history.js';

/** The pictures of what the worker does over time. */
export class Charts {
  readonly #memory = new Chart('Memory', bytes);
  readonly #storage = new Chart('Storage', bytes);
  readonly #traffic = new Chart('Traffic with tabs', speed);
  readonly #load = new Chart('Load', count);

  constructor(place: HTMLElement) {
    place.append(
      this.#memory.element,
      this.#storage.element,
      this.#traffic.element,
      this.#load.element,
    );
  }

  /** Draws what was measured. */
  show(history: History): void {
    this.#memory.show([
      history.line('taken', 'memory'),
      history.line('heap', 'heap'),
    ]);
    this.#storage.show([
      history.line('origin', 'usage'),
      history.line('blocks', 'repoSize'),
    ]);
    this.#traffic.show([
      history.growth('to tabs', 'sent'),
      history.growth('from tabs', 'received'),
    ]);
    this.#load.show([
      history.line('calls', 'calls'),
      history.line('tabs', 'sessions'),
      history.line('peers', 'peers'),
    ]);
  }
}
