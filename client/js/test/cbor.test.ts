import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../src/cbor/decode.js';
import { encode } from '../src/cbor/encode.js';
import { fromJSON, hex, readVectors, toHex } from './vectors.js';

interface Vectors {
  cbor: { name: string; hex: string; value: unknown }[];
  invalidCBOR: { name: string; hex: string }[];
}

interface TypeVector {
  name: string;
  type: string;
  value: unknown;
  cbor: string;
}

const vectors = readVectors<Vectors>('messageport/testdata/frames.json');
const types = readVectors<TypeVector[]>(
  'messageport/nodeapi/testdata/types.json',
);

for (const vector of vectors.cbor) {
  test(`CBOR: ${vector.name}`, () => {
    const value = fromJSON(vector.value);
    assertSame(decode(hex(vector.hex)), value);
    if (typeof value === 'number' && !Number.isInteger(value)) {
      assert.throws(() => encode(value), TypeError); // none are ever sent
    } else {
      assert.equal(toHex(encode(value)), vector.hex);
    }
  });
}

for (const vector of vectors.invalidCBOR) {
  test(`no CBOR: ${vector.name}`, () => {
    assert.throws(() => decode(hex(vector.hex)));
  });
}

for (const vector of types) {
  test(`${vector.type}: ${vector.name}`, () => {
    const value = fromJSON(vector.value);
    assertSame(decode(hex(vector.cbor)), value);
    assert.equal(toHex(encode(value)), vector.cbor);
  });
}

test('CBOR: fractions of every length', () => {
  assert.equal(decode(hex('f90001')), 2 ** -24);
  for (const infinite of ['f97c00', 'f9fc00', 'f97e00', 'fa7f800000']) {
    assert.throws(() => decode(hex(infinite)));
  }
  assert.equal(decode(hex('f9c400')), -4);
  assert.equal(decode(hex('fa47c35000')), 100000);
});

test('CBOR: what is undefined is left out', () => {
  assert.equal(toHex(encode({ a: undefined, b: 1 })), 'a1616201');
  assert.throws(() => encode(undefined), TypeError);
});

test('CBOR: a key like a property of all objects is only a key', () => {
  const value = decode(hex('a1695f5f70726f746f5f5fa1616101')) as object;
  assert.deepEqual(Object.keys(value), ['__proto__']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test('CBOR: bytes do not keep the message alive', () => {
  const bytes = decode(hex('4200ff', 1000).subarray(0, 3)) as Uint8Array;
  assert.equal(bytes.buffer.byteLength, 2);
});

test('CBOR: text and lists of any length', () => {
  for (const length of [0, 23, 24, 80, 81, 255, 256, 70_000]) {
    for (const unit of ['a', 'ä', '𝄞']) {
      const text = unit.repeat(length);
      assert.equal(decode(encode(text)), text);
    }
    const list = new Array<number>(Math.min(length, 65536)).fill(7);
    assert.deepEqual(decode(encode(list)), list);
  }
});

/** Compares; of integers it does not matter which of two types they have. */
function assertSame(got: unknown, want: unknown): void {
  assert.deepEqual(normal(got), normal(want));
}

function normal(value: unknown): unknown {
  if (typeof value === 'number' && Number.isInteger(value)) {
    return BigInt(value);
  }
  if (Array.isArray(value)) {
    return value.map(normal);
  }
  if (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Uint8Array)
  ) {
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, normal(field)]),
    );
  }
  return value;
}
