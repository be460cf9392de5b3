import type { SampleResult } from '../api/info.js';
import type { Line, Point } from './chart.js';

/** How long samples are kept, in ms: as long as the worker keeps its own. */
const KEPT = 3600_000;

/** What was measured, the oldest first. */
export class History {
  #samples: SampleResult[] = [];

  /** The time of the newest. */
  get last(): number {
    return this.#samples.at(-1)?.time ?? 0;
  }

  /** Takes samples, of which some may be known already. */
  take(samples: readonly SampleResult[]): void {
    const last = this.last;
    this.#samples.push(...samples.filter(({ time }) => time > last));
    const oldest = this.last - KEPT;
    this.#samples = this.#samples.filter(({ time }) => time >= oldest);
  }

  /** Forgets all: the next samples are of another worker. */
  clear(): void {
    this.#samples = [];
  }

  /** The line of one figure. */
  line(name: string, figure: keyof SampleResult): Line {
    const points = this.#samples.map((sample) => ({
      time: sample.time,
      value: sample[figure],
    }));
    return { name, points };
  }

  /** The line of how fast a figure grows, a second. */
  growth(name: string, figure: keyof SampleResult): Line {
    const points: Point[] = [];
    this.#samples.forEach((sample, i) => {
      const before = this.#samples[i - 1];
      if (before !== undefined) {
        const seconds = (sample.time - before.time) / 1000;
        const value = Math.max(0, sample[figure] - before[figure]) / seconds;
        points.push({ time: sample.time, value });
      }
    });
    return { name, points };
  }
}
