const utf8 = new TextEncoder();
const keys = new Map<string, Uint8Array>();

/** What is being encoded; it grows as needed and is used again. */
let buffer = new Uint8Array(1024);
let view = new DataView(buffer.buffer);
let used = 0;

/**
 * Encodes a value as the protocol has it: RFC 8949 section 4.2.1, with text
 * keys. Properties that are undefined are left out. The wire has no fractions,
 * so that numbers are integers.
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  used = 0;
  item(value);
  return buffer.slice(0, used);
}

function item(value: unknown): void {
  switch (typeof value) {
    case 'string':
      text(value);
      return;
    case 'number':
    case 'bigint':
      integer(value);
      return;
    case 'boolean':
      head(7, value ? 21 : 20);
      return;
    case 'object':
      object(value);
      return;
    default:
      throw new TypeError(`no CBOR for ${typeof value}`);
  }
}

function object(value: object | null): void {
  if (value === null) {
    head(7, 22);
  } else if (value instanceof Uint8Array) {
    bytes(2, value);
  } else if (Array.isArray(value)) {
    head(4, value.length);
    value.forEach(item);
  } else {
    map(value as Record<string, unknown>);
  }
}

function map(value: Record<string, unknown>): void {
  const names = Object.keys(value).filter((key) => value[key] !== undefined);
  names.sort(compareKeys);
  head(5, names.length);
  for (const key of names) {
    bytes(3, keyBytes(key));
    item(value[key]);
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

/** The UTF-8 of a key. Keys are the names of fields: few, and always the same. */
function keyBytes(key: string): Uint8Array {
  let known = keys.get(key);
  if (known === undefined) {
    known = utf8.encode(key);
    keys.set(key, known);
  }
  return known;
}

/** Writes short ASCII by itself, since that is faster than an encoder's call. */
function text(value: string): void {
  const { length } = value;
  if (length > 80) {
    bytes(3, utf8.encode(value));
    return;
  }
  reserve(9 + length);
  const start = used;
  head(3, length);
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

function integer(value: number | bigint): void {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new TypeError(`no CBOR for ${value}`);
  }
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
  } else {
    view.setUint8(used, type | 27);
    view.setBigUint64(used + 1, BigInt(argument));
    used += 9;
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
