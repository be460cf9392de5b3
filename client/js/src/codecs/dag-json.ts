import { CID } from 'multiformats/cid';

/** DAG-JSON: https://ipld.io/specs/codecs/dag-json/spec/ */

/** What engines that have it tell a reviver of a value's text. */
interface Context {
  source?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Decodes a block. */
export function decode(bytes: Uint8Array): unknown {
  return JSON.parse(utf8.decode(bytes), revive);
}

/** Decodes a block of plain JSON, which has no links and no bytes. */
export function decodePlain(bytes: Uint8Array): unknown {
  return JSON.parse(utf8.decode(bytes), reviveNumber);
}

function reviveNumber(_key: string, value: unknown, context?: Context) {
  return typeof value === 'number' ? exact(value, context?.source) : value;
}

function revive(key: string, value: unknown, context?: Context): unknown {
  if (typeof value !== 'object' || value === null) {
    return reviveNumber(key, value, context);
  }
  const inner = onlyField(value, '/');
  if (typeof inner === 'string') {
    return CID.parse(inner);
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
