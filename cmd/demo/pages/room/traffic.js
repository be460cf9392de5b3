import { draw, make } from '../dom.js';
import { bytes } from '../format.js';

/** How many samples are shown, one a second. */
const SPAN = 60;

const WIDTH = 280;
const HEIGHT = 96;

/** The least that fills the height, in bytes a second. */
const LEAST = 10_000;

const directions = [
  { name: 'in', text: 'Received', total: 'dataReceived' },
  { name: 'out', text: 'Sent', total: 'dataSent' },
];

/** What bitswap carries, as a curve of the last minute and in sum. */
export class Traffic {
  #last;
  #rates = { in: [], out: [] }; // bytes a second, the latest last
  #areas = new Map();
  #lines = new Map();
  #scale = draw('text', { x: WIDTH - 2, y: 11, class: 'scale' });
  #picture;
  #figures = new Map();

  constructor(element) {
    this.#picture = draw('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: 'curve',
      role: 'img',
    });
    for (const y of [0.5, HEIGHT / 2, HEIGHT - 0.5]) {
      this.#picture.append(
        draw('line', { class: 'grid', x1: 0, x2: WIDTH, y1: y, y2: y }),
      );
    }
    for (const { name } of directions) {
      this.#areas.set(name, draw('path', { class: `area ${name}` }));
      this.#lines.set(name, draw('path', { class: `line ${name}` }));
    }
    this.#picture.append(
      ...this.#areas.values(),
      ...this.#lines.values(),
      this.#scale,
    );
    element.replaceChildren(
      this.#picture,
      make(
        'ul',
        { class: 'legend' },
        ...directions.map(({ name, text }) => {
          const figure = make('span', { class: 'size' });
          this.#figures.set(name, figure);
          return make(
            'li',
            {},
            make('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }),
            make('span', {}, text),
            figure,
          );
        }),
      ),
    );
    this.#draw();
  }

  /** Takes the account of bitswap as it is now. */
  take(stat) {
    const now = { time: performance.now() };
    for (const { name, total } of directions) {
      now[name] = Number(stat[total]);
    }
    const last = this.#last;
    this.#last = now;
    if (last === undefined) {
      this.#draw();
      return;
    }
    const seconds = Math.max((now.time - last.time) / 1000, 0.1);
    // A tab out of sight takes none for a while: that time is shown as it was.
    const steps = Math.min(Math.max(Math.round(seconds), 1), SPAN);
    for (const { name } of directions) {
      const rates = this.#rates[name];
      // A node that was started again counts from 0.
      const gained =
        now[name] < last[name] ? now[name] : now[name] - last[name];
      for (let step = 0; step < steps; step++) {
        rates.push(gained / seconds);
      }
      rates.splice(0, rates.length - SPAN);
    }
    this.#draw();
  }

  #draw() {
    const most = Math.max(LEAST, ...this.#rates.in, ...this.#rates.out);
    const top = roundUp(most);
    this.#scale.textContent = `${bytes(top)}/s`;
    const now = [];
    for (const { name, text } of directions) {
      const rates = this.#rates[name];
      const line = curve(rates, top);
      this.#lines.get(name).setAttribute('d', line);
      this.#areas
        .get(name)
        .setAttribute('d', line && `${line}V${HEIGHT}H${xOf(0, rates)}Z`);
      const rate = `${bytes(rates.at(-1) ?? 0)}/s`;
      const sum = bytes(this.#last?.[name] ?? 0);
      this.#figures.get(name).textContent = `${rate} · ${sum} in all`;
      now.push(`${text} ${rate}, ${sum} in all`);
    }
    this.#picture.setAttribute('aria-label', now.join('; '));
  }
}

/** The x of a sample; the latest is at the right edge. */
function xOf(index, rates) {
  return WIDTH - ((rates.length - 1 - index) * WIDTH) / (SPAN - 1);
}

function curve(rates, top) {
  return rates
    .map((rate, index) => {
      const y = HEIGHT - 1.5 - (rate / top) * (HEIGHT - 14);
      const x = xOf(index, rates);
      return `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value);
}
