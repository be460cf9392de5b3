const utf8 = new TextEncoder();
const keys = new Map<string, Uint8Array>();

/** What is being encoded; it grows as needed and is used again. */
let buffer = new Uint8Array(1024);
let view = new DataView(buffer.buffer);
let used = 0;

/** What there is in a kind of CBOR beyond integers, text, bytes, lists, maps. */
export interface EncodeRules {
  /** Whether there are fractions, always in 64 bits. */
  readonly fractions: boolean;
  /** Whether a property that is undefined is left out, or a fault. */
  readonly skipUndefined: boolean;
  /** Gives the bytes of a value that is a link, which is written as tag 42. */
  readonly link: (value: object) => Uint8Array | undefined;
}

/** As it crosses ports. */
const wire: EncodeRules = {
  fractions: false,
  skipUndefined: true,
  link: () => undefined,
};

/**
 * Encodes a value deterministically: RFC 8949 section 4.2.1, with text keys.
 * Throws a TypeError over what there is no CBOR for.
 */
export function encode(
  value: unknown,
  rules: EncodeRules = wire,
): Uint8Array<ArrayBuffer> {
  used = 0;
  item(value, rules);
  return buffer.slice(0, used);
}

function item(value: unknown, rules: EncodeRules): void {
  switch (typeof value) {
    case 'string':
      text(value);
      return;
    case 'number':
      number(value, rules);
      return;
    case 'bigint':
      integer(value);
      return;
    case 'boolean':
      head(7, value ? 21 : 20);
      return;
    case 'object':
      object(value, rules);
      return;
    default:
      throw new TypeError(`there is no CBOR for ${typeof value}`);
  }
}

function object(value: object | null, rules: EncodeRules): void {
  if (value === null) {
    head(7, 22);
    return;
  }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    bytes(2, new Uint8Array(buffer, byteOffset, byteLength));
    return;
  }
  if (Array.isArray(value)) {
    head(4, value.length);
    for (const element of value) {
      item(element, rules);
    }
    return;
  }
  const link = rules.link(value);
  if (link !== undefined) {
    head(6, 42);
    bytes(2, link);
    return;
  }
  map(value instanceof Map ? Object.fromEntries(value) : value, rules);
}

function map(value: object, rules: EncodeRules): void {
  const kind = Object.prototype.toString.call(value);
  if (kind !== '[object Object]') {
    throw new TypeError(`there is no CBOR for ${kind}`);
  }
  const fields = value as Record<string, unknown>;
  let names = Object.keys(fields);
  if (rules.skipUndefined) {
    names = names.filter((name) => fields[name] !== undefined);
  }
  names.sort(compareKeys);
  head(5, names.length);
  for (const name of names) {
    bytes(3, keyBytes(name));
    item(fields[name], rules);
  }
}

/** Orders keys as their encodings: by length, then byte by byte. */
function compareKeys(one: string, other: string): number {
  const a = keyBytes(one);
  const b = keyBytes(other);
  let difference = a.length - b.length;
  for (let i = 0; difference === 0 && i < a.length; i++) {
    difference = (a[i] as number) - (b[i] as number);
  }
  return difference;
}

/** The UTF-8 of a key. Most keys are the names of fields, always the same. */
function keyBytes(key: string): Uint8Array {
  let known = keys.get(key);
  if (known === undefined) {
    known = utf8.encode(key);
    if (keys.size < MAX_KEYS) {
      keys.set(key, known);
    }
  }
  return known;
}

/** So many keys are remembered. */
const MAX_KEYS = 256;

/** Writes short ASCII by itself, since that is faster than an encoder's call. */
function text(value: string): void {
  const { length } = value;
  if (length > 80) {
    bytes(3, utf8.encode(value));
    return;
  }
  const start = used;
  head(3, length);
  reserve(length);
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0x7f) {
      used = start;
      bytes(3, utf8.encode(value));
      return;
    }
    buffer[used++] = unit;
  }
}

function number(value: number, { fractions }: EncodeRules): void {
  if (Number.isSafeInteger(value)) {
    integer(value);
    return;
  }
  if (!fractions || !Number.isFinite(value)) {
    throw new TypeError(`there is no CBOR for ${value}`);
  }
  reserve(9);
  view.setUint8(used, 0xfb);
  view.setFloat64(used + 1, value);
  used += 9;
}

function integer(value: number | bigint): void {
  if (value >= 0) {
    head(0, value);
  } else {
    head(1, typeof value === 'bigint' ? -1n - value : -1 - value);
  }
}

function bytes(major: number, value: Uint8Array): void {
  head(major, value.length);
  reserve(value.length);
  buffer.set(value, used);
  used += value.length;
}

/** Writes an item's first byte and its number, in the shortest form. */
function head(major: number, argument: number | bigint): void {
  reserve(9);
  const type = major << 5;
  if (argument < 24) {
    view.setUint8(used, type | Number(argument));
    used += 1;
  } else if (argument < 0x100) {
    view.setUint16(used, ((type | 24) << 8) | Number(argument));
    used += 2;
  } else if (argument < 0x10000) {
    view.setUint8(used, type | 25);
    view.setUint16(used + 1, Number(argument));
    used += 3;
  } else if (argument < 0x100000000) {
    view.setUint8(used, type | 26);
    view.setUint32(used + 1, Number(argument));
    used += 5;
  } else if (argument < 1n << 64n) {
    view.setUint8(used, type | 27);
    view.setBigUint64(used + 1, BigInt(argument));
    used += 9;
  } else {
    throw new TypeError(`there is no CBOR for ${argument}`);
  }
}

function reserve(length: number): void {
  if (buffer.length - used < length) {
    const larger = new Uint8Array(2 * (used + length));
    larger.set(buffer.subarray(0, used));
    buffer = larger;
    view = new DataView(buffer.buffer);
  }
}
