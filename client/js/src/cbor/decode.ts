/** What there is in a kind of CBOR, and its limits. */
export interface DecodeRules {
  readonly maxNesting: number;
  readonly maxElements: number;
  readonly maxPairs: number;
  /** Gives the value of tag 42 with these bytes in it; there is no other tag. */
  readonly link: (bytes: Uint8Array) => unknown;
}

/** As it crosses ports; package messageport sets the limits. */
const wire: DecodeRules = {
  maxNesting: 32,
  maxElements: 64 * 1024,
  maxPairs: 1024,
  link: () => {
    throw new CBORError('a tag');
  },
};

/** What bytes throw that are not CBOR, or not of the kind that is wanted. */
export class CBORError extends Error {
  override readonly name = 'CBORError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one item: RFC 8949 with shortest forms and without indefinite
 * lengths. Maps become objects, integers beyond 2^53 bigints; bytes are
 * copied, so that they do not keep the message alive.
 *
 * Encoder and decoder are our own: a general codec would be a third of the
 * whole client, and does not know the limits.
 */
export function decode(bytes: Uint8Array, rules: DecodeRules = wire): unknown {
  const decoder = new Decoder(bytes, rules);
  const value = decoder.item(0);
  if (!decoder.done) {
    throw new CBORError('more than one item');
  }
  return value;
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #rules: DecodeRules;
  #at = 0;

  constructor(bytes: Uint8Array, rules: DecodeRules) {
    this.#bytes = bytes;
    this.#rules = rules;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  item(depth: number): unknown {
    const initial = this.#view.getUint8(this.#skip(1));
    const info = initial & 0x1f;
    switch (initial >> 5) {
      case 0:
        return this.#argument(info);
      case 1:
        return negative(this.#argument(info));
      case 2:
        return this.#take(info).slice();
      case 3:
        return this.#text(info);
      case 4:
        return this.#list(info, depth + 1);
      case 5:
        return this.#map(info, depth + 1);
      case 6:
        return this.#link(info);
      default:
        return this.#simple(info);
    }
  }

  /** Reads the number that an item's first byte announces. */
  #argument(info: number): number | bigint {
    if (info < 24) {
      return info;
    }
    if (info > 27) {
      throw new CBORError('a reserved or indefinite length');
    }
    const at = this.#skip(1 << (info - 24));
    let value: number | bigint;
    let least: number; // what needs so many bytes
    switch (info) {
      case 24:
        [value, least] = [this.#view.getUint8(at), 24];
        break;
      case 25:
        [value, least] = [this.#view.getUint16(at), 0x100];
        break;
      case 26:
        [value, least] = [this.#view.getUint32(at), 0x10000];
        break;
      default:
        [value, least] = [this.#view.getBigUint64(at), 0x100000000];
    }
    if (value < least) {
      throw new CBORError('a number longer than it need be');
    }
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  #link(info: number): unknown {
    if (this.#argument(info) !== 42) {
      throw new CBORError('an unknown tag');
    }
    const content = this.item(0);
    if (!(content instanceof Uint8Array)) {
      throw new CBORError('a link that is not bytes');
    }
    return this.#rules.link(content);
  }

  #text(info: number): string {
    try {
      return utf8.decode(this.#take(info));
    } catch (error) {
      throw error instanceof CBORError ? error : new CBORError('not UTF-8');
    }
  }

  #list(info: number, depth: number): unknown[] {
    const length = this.#count(info, depth, this.#rules.maxElements);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) {
      list.push(this.item(depth));
    }
    return list;
  }

  #map(info: number, depth: number): Record<string, unknown> {
    const length = this.#count(info, depth, this.#rules.maxPairs);
    const map: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.item(depth);
      if (typeof key !== 'string' || Object.hasOwn(map, key)) {
        throw new CBORError('a key that is no text, or comes twice');
      }
      const value = this.item(depth);
      if (key === '__proto__') {
        Object.defineProperty(map, key, { value, enumerable: true });
      } else {
        map[key] = value;
      }
    }
    return map;
  }

  #simple(info: number): unknown {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23: // undefined
        return null;
      case 25:
        return finite(float16(this.#view.getUint16(this.#skip(2))));
      case 26:
        return finite(this.#view.getFloat32(this.#skip(4)));
      case 27:
        return finite(this.#view.getFloat64(this.#skip(8)));
      default:
        throw new CBORError('an unknown simple value');
    }
  }

  #count(info: number, depth: number, limit: number): number {
    const length = Number(this.#argument(info));
    if (length > limit || depth > this.#rules.maxNesting) {
      throw new CBORError('a list or map beyond the limits');
    }
    return length;
  }

  #take(info: number): Uint8Array {
    const length = Number(this.#argument(info));
    const start = this.#skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Moves on, and gives where from; no further than there are bytes. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) {
      throw new CBORError('cut short');
    }
    this.#at += length;
    return start;
  }
}

function negative(n: number | bigint): number | bigint {
  if (typeof n === 'bigint') {
    return -1n - n;
  }
  return n === Number.MAX_SAFE_INTEGER ? -1n - BigInt(n) : -1 - n;
}

function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) {
    return NaN; // or infinite
  }
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) {
    throw new CBORError('not a number, or infinite');
  }
  return value;
}
