/** DAG-JSON: https://ipld.io/specs/codecs/dag-json/spec/ */

/** What engines that have it tell a reviver of a value's text. */
interface Context {
  source?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes a block.
 *
 * @param link gives the link that a CID's text stands for
 */
export function decode(
  bytes: Uint8Array,
  link: (text: string) => unknown,
): unknown {
  return JSON.parse(utf8.decode(bytes), (_key, value, context?: Context) =>
    revive(value, context, link),
  );
}

/** Decodes a block of plain JSON, which has no links and no bytes. */
export function decodePlain(bytes: Uint8Array): unknown {
  return JSON.parse(utf8.decode(bytes), (_key, value, context?: Context) =>
    reviveNumber(value, context),
  );
}

function reviveNumber(value: unknown, context?: Context) {
  return typeof value === 'number' ? exact(value, context?.source) : value;
}

function revive(
  value: unknown,
  context: Context | undefined,
  link: (text: string) => unknown,
): unknown {
  if (typeof value !== 'object' || value === null) {
    return reviveNumber(value, context);
  }
  const inner = onlyField(value, '/');
  if (typeof inner === 'string') {
    return link(inner);
  }
  const base64 = onlyField(inner, 'bytes');
  if (typeof base64 === 'string') {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  }
  return value;
}

/** The value of an object's only field, if it has that name. */
function onlyField(value: unknown, name: string): unknown {
  return typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, name) &&
    Object.keys(value).length === 1
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/**
 * An integer beyond 2^53 as a bigint. Where the engine does not tell the text,
 * such a number cannot be told from the one it was rounded from.
 */
function exact(value: number, source: string | undefined): number | bigint {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) {
    return value;
  }
  if (source === undefined) {
    throw new RangeError(`${value} cannot be read exactly by this engine`);
  }
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}
