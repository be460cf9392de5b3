import { draw, make } from './dom.js';
import { bytes, plural } from './format.js';
import { complain, notify } from './notices.js';

/** The storage as a picture, and the button that frees what nothing keeps. */
export class Storage {
  #element;
  #button;
  #node;

  constructor(element, button, node) {
    this.#element = element;
    this.#button = button;
    this.#node = node;
    button.addEventListener('click', () => this.#collect());
    button.disabled = false;
  }

  async refresh() {
    const stat = await this.#node.repo.stat();
    const blocks = Number(stat.repoSize);
    // What the browser says lags behind, and is rounded.
    const rest = Math.max(Number(stat.usage) - blocks, 0);
    const limit = Number(stat.storageMax) || Number(stat.quota);
    this.#element.replaceChildren(
      ring(blocks, rest),
      make(
        'ul',
        { class: 'legend' },
        entry(
          'blocks',
          `${plural(Number(stat.numObjects), 'block')}`,
          bytes(blocks),
        ),
        entry('rest', 'Indexes and other data', bytes(rest)),
        ...(limit > 0
          ? [
              entry(
                'free',
                'May still be used',
                bytes(Math.max(limit - blocks - rest, 0)),
              ),
            ]
          : []),
      ),
      ...(limit > 0 ? [meter(blocks + rest, limit)] : []),
    );
  }

  async #collect() {
    this.#button.disabled = true;
    try {
      let removed = 0;
      for await (const { err } of this.#node.repo.gc()) {
        if (err !== undefined) {
          throw err;
        }
        removed++;
      }
      notify(
        removed === 0
          ? 'There was nothing to free.'
          : `${plural(removed, 'block')} freed.`,
      );
      await this.refresh();
    } catch (error) {
      complain(error);
    } finally {
      this.#button.disabled = false;
    }
  }
}

const RADIUS = 40;
const AROUND = 2 * Math.PI * RADIUS;

/** A ring whose parts are the shares, with the sum in its middle. */
function ring(blocks, rest) {
  const total = blocks + rest;
  const arc = (name, share, from) =>
    draw('circle', {
      class: name,
      cx: 50,
      cy: 50,
      r: RADIUS,
      'stroke-dasharray': `${share * AROUND} ${AROUND}`,
      'stroke-dashoffset': -from * AROUND,
    });
  const share = total > 0 ? blocks / total : 0;
  const label = `${bytes(total)} used, ${bytes(blocks)} of it by blocks`;
  return draw(
    'svg',
    { viewBox: '0 0 100 100', class: 'ring', role: 'img', 'aria-label': label },
    draw('circle', { class: 'track', cx: 50, cy: 50, r: RADIUS }),
    arc('blocks', share, 0),
    arc('rest', total > 0 ? 1 - share : 0, share),
    draw('text', { x: 50, y: 50, class: 'sum' }, bytes(total)),
    draw('text', { x: 50, y: 63, class: 'unit' }, 'used'),
  );
}

function entry(name, text, size) {
  return make(
    'li',
    {},
    make('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }),
    make('span', {}, text),
    make('span', { class: 'size' }, size),
  );
}

function meter(used, limit) {
  const share = used / limit;
  const text =
    share > 0 && share < 0.001
      ? 'less than 0.1 %'
      : `${(share * 100).toFixed(1)} %`;
  return make(
    'p',
    { class: 'meter' },
    make('progress', {
      max: 1,
      value: share,
      'aria-label': 'Share of what may be used',
    }),
    make('span', { class: 'quiet' }, `${text} of ${bytes(limit)}`),
  );
}
