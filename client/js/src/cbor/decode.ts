/**
 * CBOR as it crosses ports: RFC 8949 without tags, indefinite lengths and
 * undefined. A codec of our own: a general one would be a third of the whole
 * client, and does not know the limits that the protocol sets.
 */

const MAX_NESTING = 32;
const MAX_ELEMENTS = 64 * 1024;
const MAX_PAIRS = 1024;

/** What bytes throw that are not CBOR, or not as it crosses ports. */
export class CBORError extends Error {
  override readonly name = 'CBORError';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one item. Maps become objects, integers beyond 2^53 bigints; bytes
 * are copied, so that they do not keep the message alive.
 */
export function decode(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes);
  const value = decoder.item(0);
  if (!decoder.done) {
    throw new CBORError('more than one item');
  }
  return value;
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
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
      case 7:
        return this.#simple(info);
      default:
        throw new CBORError('a tag');
    }
  }

  /** Reads the number that an item's first byte announces. */
  #argument(info: number): number | bigint {
    switch (info) {
      case 24:
        return this.#view.getUint8(this.#skip(1));
      case 25:
        return this.#view.getUint16(this.#skip(2));
      case 26:
        return this.#view.getUint32(this.#skip(4));
      case 27: {
        const big = this.#view.getBigUint64(this.#skip(8));
        return big <= Number.MAX_SAFE_INTEGER ? Number(big) : big;
      }
      default:
        if (info > 27) {
          throw new CBORError('a reserved or indefinite length');
        }
        return info;
    }
  }

  #text(info: number): string {
    try {
      return utf8.decode(this.#take(info));
    } catch (error) {
      throw error instanceof CBORError ? error : new CBORError('not UTF-8');
    }
  }

  #list(info: number, depth: number): unknown[] {
    const length = this.#count(info, depth, MAX_ELEMENTS);
    const list: unknown[] = [];
    for (let i = 0; i < length; i++) {
      list.push(this.item(depth));
    }
    return list;
  }

  #map(info: number, depth: number): Record<string, unknown> {
    const length = this.#count(info, depth, MAX_PAIRS);
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
        return null;
      case 25:
        return float16(this.#view.getUint16(this.#skip(2)));
      case 26:
        return this.#view.getFloat32(this.#skip(4));
      case 27:
        return this.#view.getFloat64(this.#skip(8));
      default:
        throw new CBORError('an unknown simple value');
    }
  }

  #count(info: number, depth: number, limit: number): number {
    const length = Number(this.#argument(info));
    if (length > limit || depth > MAX_NESTING) {
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
    return fraction === 0 ? sign * Infinity : NaN;
  }
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
