import { draw } from '../dom.js';
import { plural } from '../format.js';

const WIDTH = 280;
const ROW = 40;
const TOP = 24;

/** Where this node, those it reaches directly and those behind them stand. */
const columns = [36, 140, 244];

/** How many are drawn in a column. */
const MOST = 6;

/** Draws peers: lines for direct connections, broken ones behind relays. */
export function picture(peers) {
  const near = peers.filter(({ via }) => via === undefined).slice(0, MOST);
  const far = peers.filter(({ via }) => via !== undefined).slice(0, MOST);
  const rows = Math.max(near.length, far.length, 1);
  const height = 2 * TOP + (rows - 1) * ROW + 12;
  const center = TOP + ((rows - 1) * ROW) / 2;
  const at = new Map(); // where each stands, by id
  const place = (column, list) =>
    list.forEach(({ id }, index) =>
      at.set(id, {
        x: columns[column],
        y: center + (index - (list.length - 1) / 2) * ROW,
      }),
    );
  place(1, near);
  place(2, far);
  const self = { x: columns[0], y: center };
  const label =
    `${plural(near.length, 'peer')} connected directly` +
    (far.length > 0 ? `, ${far.length} through a relay` : '');
  return draw(
    'svg',
    {
      viewBox: `0 0 ${WIDTH} ${height}`,
      class: 'map',
      role: 'img',
      'aria-label': label,
    },
    ...near.map(({ id }) => line('direct', self, at.get(id))),
    ...far.map(({ id, via }) =>
      line('relayed', at.get(via) ?? self, at.get(id)),
    ),
    ...node('self', self, 'You'),
    ...near.flatMap(({ id, name }) => node('direct', at.get(id), name)),
    ...far.flatMap(({ id, name }) => node('relayed', at.get(id), name)),
  );
}

function line(kind, from, to) {
  return draw('line', {
    class: kind,
    x1: from.x,
    y1: from.y,
    x2: to.x,
    y2: to.y,
  });
}

function node(kind, { x, y }, name) {
  const letters = [...name];
  const text = letters.length > 12 ? `${letters.slice(0, 11).join('')}…` : name;
  return [
    draw('circle', { class: kind, cx: x, cy: y, r: kind === 'self' ? 9 : 7 }),
    draw('text', { x, y: y + 21 }, text),
  ];
}
