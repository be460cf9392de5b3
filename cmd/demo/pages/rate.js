import { bytes, duration } from './format.js';

/** The speed of late, in bytes a second. */
export class Rate {
  #samples = [{ time: performance.now(), done: 0 }];

  /** Takes note of how much is done by now, and returns the speed. */
  at(done) {
    const time = performance.now();
    this.#samples.push({ time, done });
    while (this.#samples.length > 2 && time - this.#samples[1].time > 2000) {
      this.#samples.shift();
    }
    const [first] = this.#samples;
    return time - first.time < 250
      ? 0
      : ((done - first.done) / (time - first.time)) * 1000;
  }
}

/** How far something is: `1.2 MB of 5.0 MB · 3.1 MB/s · 2 s left` */
export function progressText(done, size, rate) {
  const parts = [`${bytes(done)} of ${bytes(size)}`];
  if (rate > 0) {
    parts.push(
      `${bytes(rate)}/s`,
      `${duration(Math.max((size - done) / rate, 1) * 1000)} left`,
    );
  }
  return parts.join(' · ');
}
