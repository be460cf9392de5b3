/**
 * Links to content: `#/ipfs/<cid>/a/b?filename=b`, which opens in any tab and
 * any browser that has the content.
 */

/** The link to a CID, or to a path below one. */
export function hashOf(path, name) {
  const parts = String(path).split('/').map(encodeURIComponent).join('/');
  return `#/ipfs/${parts}?${new URLSearchParams({ filename: name })}`;
}

/** The address of the page that shows it. */
export function linkTo(path, name) {
  return new URL(`./${hashOf(path, name)}`, location.href).href;
}

/** What a link says, or undefined if it is none: `{path, name}`. */
export function parseHash(hash) {
  const [, encoded, query] = /^#\/ipfs\/([^?]+)(?:\?(.*))?$/.exec(hash) ?? [];
  if (encoded === undefined) {
    return undefined;
  }
  const path = encoded.split('/').map(decodeURIComponent).join('/');
  const name =
    new URLSearchParams(query).get('filename') || path.split('/').at(-1);
  return { path, name };
}

/** The path in what a person typed: a CID, a path or a whole link. */
export function pathIn(text) {
  return text
    .trim()
    .replace(/^.*#?\/ip[fn]s\//, '')
    .replace(/^ipfs:\/\//, '')
    .replace(/[?#].*$/, '');
}
