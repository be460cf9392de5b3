import { draw } from './dom.js';
import { mediaKind } from './kinds.js';

const sheet = 'M6 3h8l4 4v14H6z M14 3v4h4';

/** The strokes of each picture, in a square of 24. */
const strokes = {
  audio:
    'M9 18V6l10-2v12 M9 18a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0 M19 16a2.5 2.5 0 1 1-5 0a2.5 2.5 0 1 1 5 0',
  file: `${sheet} M9 12h6 M9 16h6`,
  folder: 'M3 6h6l2 2h10v11H3z',
  image: 'M4 5h16v14H4z M4 16l5-5l4 4l3-3l4 4 M16 9h.01',
  video: 'M4 6h16v12H4z M10 9.5v5l4.5-2.5z',
};

/** A picture of a kind of thing, more exactly by the end of its name. */
export function icon(kind, name) {
  const shape = kind === 'folder' ? kind : (mediaKind(name) ?? 'file');
  return draw(
    'svg',
    { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' },
    draw('path', { d: strokes[shape] }),
  );
}
