import { draw, make } from './dom.js';
import { clock, duration } from './format.js';

/** One value at one time. */
export interface Point {
  /** Unix milliseconds. */
  readonly time: number;
  readonly value: number;
}

/** One line of a chart. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

const WIDTH = 560;
const HEIGHT = 190;
const LEFT = 64;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;

/** The shortest span that is drawn, in ms: a minute. */
const LEAST_SPAN = 60_000;

/**
 * A picture of values over time, from zero up. What is under the pointer is
 * told in words below it.
 */
export class Chart {
  readonly element: HTMLElement;
  readonly #title: string;
  readonly #format: (value: number) => string;
  readonly #legend = make('p', { class: 'legend' });
  readonly #frame = make('div', { class: 'frame' });
  #lines: readonly Line[] = [];
  #pointed: number | undefined; // a time

  constructor(title: string, format: (value: number) => string) {
    this.#title = title;
    this.#format = format;
    const caption = make('figcaption', {}, title);
    this.element = make('figure', {}, caption, this.#legend, this.#frame);
    this.#frame.addEventListener('pointermove', (event) => this.#point(event));
    this.#frame.addEventListener('pointerleave', () => {
      this.#pointed = undefined;
      this.#draw();
    });
  }

  /** Draws other lines. */
  show(lines: readonly Line[]): void {
    this.#lines = lines;
    this.#draw();
  }

  #draw(): void {
    const span = spanOf(this.#lines);
    if (span === undefined) {
      this.#frame.replaceChildren(
        make('p', { class: 'quiet' }, 'Nothing measured yet.'),
      );
      return;
    }
    const top = roundUp(highest(this.#lines));
    const x = (time: number) =>
      LEFT +
      ((time - span.from) / (span.to - span.from)) * (WIDTH - LEFT - RIGHT);
    const y = (value: number) =>
      HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    const svg = draw('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': `${this.#title}: ${this.#words(undefined)}`,
    });
    svg.append(...this.#scale(top, y), ...times(span));
    this.#lines.forEach(({ points }, i) => {
      svg.append(
        draw('polyline', {
          class: `line line-${i}`,
          points: points
            .map((p) => `${x(p.time).toFixed(1)},${y(p.value).toFixed(1)}`)
            .join(' '),
        }),
      );
    });
    if (this.#pointed !== undefined) {
      const at = x(this.#pointed);
      svg.append(
        draw('line', {
          class: 'pointer',
          ...{ x1: at, x2: at, y1: TOP, y2: HEIGHT - BOTTOM },
        }),
      );
    }
    this.#frame.replaceChildren(svg);
    this.#tell();
  }

  #scale(top: number, y: (value: number) => number): SVGElement[] {
    return [0, 0.5, 1].flatMap((share) => {
      const value = top * share;
      return [
        draw('line', {
          class: 'grid',
          ...{ x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) },
        }),
        draw(
          'text',
          { x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end' },
          this.#format(value),
        ),
      ];
    });
  }

  /** Says what each line is at the pointer, or at its end. */
  #tell(): void {
    const at = this.#pointed;
    this.#legend.replaceChildren(
      ...this.#lines.map((line, i) =>
        make(
          'span',
          { class: `key key-${i}` },
          `${line.name} ${this.#format(nearest(line.points, at)?.value ?? 0)}`,
        ),
      ),
      make('span', { class: 'quiet' }, at === undefined ? 'now' : clock(at)),
    );
  }

  #words(at: number | undefined): string {
    return this.#lines
      .map(({ name, points }) => {
        const value = nearest(points, at)?.value ?? 0;
        return `${name} ${this.#format(value)}`;
      })
      .join(', ');
  }

  #point(event: PointerEvent): void {
    const span = spanOf(this.#lines);
    const box = this.#frame.getBoundingClientRect();
    if (span === undefined || box.width === 0) {
      return;
    }
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    const share = (at - LEFT) / (WIDTH - LEFT - RIGHT);
    const time = span.from + share * (span.to - span.from);
    this.#pointed = nearest(this.#lines[0]?.points ?? [], time)?.time;
    this.#draw();
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function spanOf(lines: readonly Line[]): Span | undefined {
  const all = lines.flatMap(({ points }) => [points[0], points.at(-1)]);
  const times = all.flatMap((point) => (point ? [point.time] : []));
  if (times.length === 0) {
    return undefined;
  }
  const to = Math.max(...times);
  return { from: Math.min(...times, to - LEAST_SPAN), to };
}

function highest(lines: readonly Line[]): number {
  return lines.reduce(
    (most, { points }) =>
      points.reduce((high, { value }) => Math.max(high, value), most),
    0,
  );
}

/** The next 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  if (value <= 1) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((s) => s * power >= value) ?? 10;
  return step * power;
}

function nearest(
  points: readonly Point[],
  time: number | undefined,
): Point | undefined {
  if (time === undefined) {
    return points.at(-1);
  }
  return points.reduce<Point | undefined>(
    (best, point) =>
      best === undefined ||
      Math.abs(point.time - time) < Math.abs(best.time - time)
        ? point
        : best,
    undefined,
  );
}

function times({ from, to }: Span): SVGElement[] {
  const label = (x: number, anchor: string, text: string) =>
    draw('text', { x, y: HEIGHT - 6, 'text-anchor': anchor }, text);
  return [
    label(LEFT, 'start', `${duration(to - from)} ago`),
    label(WIDTH - RIGHT, 'end', 'now'),
  ];
}
