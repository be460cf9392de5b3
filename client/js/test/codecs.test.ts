import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as dagCBOR from '@ipld/dag-cbor';
import * as dagJSON from '@ipld/dag-json';
import * as dagPB from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import { decode, encode } from '../src/codecs/dag-cbor.js';
import { decode as decodeJSON } from '../src/codecs/dag-json.js';
import { decode as decodeDagPB } from '../src/codecs/dag-pb.js';
import { decodeNode, encodeNode } from '../src/codecs/index.js';
import { hex, toHex } from './vectors.js';

const cid = CID.parse(
  'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
);

const values: unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  23,
  24,
  255,
  256,
  65535,
  65536,
  0xffffffff,
  0x100000000,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  -1,
  -24,
  -25,
  2n ** 64n - 1n,
  -(2n ** 64n),
  1.5,
  -1.1,
  1e300,
  2 ** 53,
  '',
  'a',
  'äöü€𝄞',
  'x'.repeat(100),
  new Uint8Array(0),
  Uint8Array.of(1, 2, 3),
  cid,
  CID.parse('Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD'),
  [],
  [1, [2, [3]]],
  {},
  { b: 1, a: 2, aa: 3, '': 4, ä: 5, z: { link: cid } },
  { ['__proto__']: 1 },
  new Map([['k', 1]]),
];

test('DAG-CBOR as others have it', () => {
  for (const value of [...values, ...randomValues(3000)]) {
    const bytes = encode(value);
    assert.equal(toHex(bytes), toHex(dagCBOR.encode(value)), show(value));
    assert.deepEqual(decode(bytes), dagCBOR.decode(bytes), show(value));
  }
});

const noValues = {
  undefined: undefined,
  'undefined within': { a: undefined },
  'not a number': NaN,
  infinite: -Infinity,
  'too large': 2n ** 64n,
  'too small': -(2n ** 64n) - 1n,
  function: () => {},
  symbol: Symbol('s'),
  date: new Date(),
  expression: /x/,
  circle: circle(),
};

for (const [name, value] of Object.entries(noValues)) {
  test(`no DAG-CBOR: ${name}`, () => {
    assert.throws(() => encodeNode(value), { code: 'invalid-value' });
  });
}

const invalid = {
  'another tag': 'c100',
  'a link that is text': 'd82a6161',
  'a link in another base': 'd82a420155',
  'a link that is no CID': 'd82a4100',
  'a number that is not short': '1817',
  'a length that is not short': '580161',
  'not a number': 'f97e00',
  'infinite of 64 bits': 'fb7ff0000000000000',
  'a key that is a number': 'a10101',
  'a key twice': 'a2616101616102',
  'indefinite list': '9fff',
  'two items': '0000',
  nothing: '',
};

for (const [name, text] of Object.entries(invalid)) {
  test(`invalid DAG-CBOR: ${name}`, async () => {
    await assert.rejects(decodeNode(hex(text), 0x71), {
      code: 'invalid-block',
    });
    assert.throws(() => dagCBOR.decode(hex(text)));
  });
}

test('DAG-CBOR: short fractions and undefined, which others have written', () => {
  for (const text of ['f93e00', 'fa3fc00000', 'f7']) {
    assert.equal(decode(hex(text)), dagCBOR.decode(hex(text)));
  }
});

test('DAG-CBOR: more entries than cross a port', () => {
  const many = Array.from({ length: 70_000 }, (_, i) => [`k${i}`, i]);
  const map = Object.fromEntries(many) as Record<string, number>;
  assert.deepEqual(decode(encode(map)), map);
});

test('DAG-JSON as others have it', () => {
  for (const value of [...values, ...randomValues(1000)]) {
    const bytes = dagJSON.encode(value instanceof Map ? null : value);
    let decoded: unknown;
    try {
      decoded = decodeJSON(bytes, (text) => CID.parse(text));
    } catch (error) {
      // Engines that tell no text cannot read long integers.
      assert(error instanceof RangeError && !tellsText, String(error));
      continue;
    }
    assert.deepEqual(decoded, dagJSON.decode(bytes), show(value));
  }
});

const decodePB = (bytes: Uint8Array) =>
  decodeDagPB(bytes, (link) => CID.decode(link));

test('DAG-PB as others have it, also what is none', () => {
  const link = { Hash: cid, Name: 'ä', Tsize: 2 ** 40 };
  const nodes: dagPB.PBNode[] = [
    { Links: [] },
    { Data: new Uint8Array(0), Links: [] },
    { Data: Uint8Array.of(1, 2, 3), Links: [{ Hash: cid }, link] },
    { Links: [{ Hash: cid, Name: '' }, link] },
  ];
  const attempt = (
    decode: (bytes: Uint8Array) => unknown,
    bytes: Uint8Array,
  ) => {
    try {
      return decode(bytes);
    } catch {
      return 'none';
    }
  };
  let good = 0;
  let bad = 0;
  for (const node of nodes) {
    const bytes = dagPB.encode(node);
    assert.deepEqual(decodePB(bytes), node);
    const [data, links] = [bytes.lastIndexOf(10), bytes.indexOf(18)];
    const swapped = [...bytes.slice(data), ...bytes.slice(links, data)];
    const doubled = [...bytes, ...bytes];
    const broken = [swapped, doubled].map((list) => Uint8Array.from(list));
    for (let at = 0; at < bytes.length; at++) {
      broken.push(bytes.slice(0, at));
      for (const value of [0, 1, 8, 10, 18, 24, 26, 0x7f, 0x80, 0xff]) {
        broken.push(bytes.slice());
        broken.at(-1)?.set([value], at);
      }
    }
    for (const wrong of broken) {
      const want = attempt(dagPB.decode, wrong);
      assert.deepEqual(attempt(decodePB, wrong), want, toHex(wrong));
      want === 'none' ? bad++ : good++;
    }
  }
  assert(good > 50 && bad > 500, `${good} good, ${bad} bad`);
});

test('codecs by their codes', async () => {
  const utf8 = new TextEncoder();
  const node = { Data: Uint8Array.of(1), Links: [] };
  assert.deepEqual(await decodeNode(dagPB.encode(node), 0x70), node);
  assert.deepEqual(
    await decodeNode(hex('a10102'.replace('01', '6161')), 0x51),
    {
      a: 2,
    },
  );
  assert.deepEqual(await decodeNode(Uint8Array.of(9), 0x55), Uint8Array.of(9));
  const json = utf8.encode('{"/": "not a link"}');
  assert.deepEqual(await decodeNode(json, 0x0200), { '/': 'not a link' });
  await assert.rejects(decodeNode(json, 0x0129), { code: 'invalid-block' });
  await assert.rejects(decodeNode(json, 0x9999), {
    code: 'unknown-codec',
    details: { value: 0x9999 },
  });
});

/** Whether the engine tells a reviver the text of numbers. */
const tellsText = (() => {
  let told = false;
  JSON.parse('1', (_key, _value, context?: object) => {
    told = context !== undefined;
  });
  return told;
})();

function circle(): unknown {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}

/** Values made at random, but the same each time. */
function randomValues(count: number): unknown[] {
  let seed = 1;
  const random = (n: number) => {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % n;
  };
  const text = () =>
    Array.from({ length: random(30) }, () =>
      String.fromCodePoint(0x20 + random(random(2) ? 0x60 : 0x300)),
    ).join('');
  const make = (depth: number): unknown => {
    switch (random(depth > 4 ? 6 : 8)) {
      case 0:
        return random(2) === 0;
      case 1:
        return (random(2) ? -1 : 1) * random(0x7fffffff) * random(0x200000);
      case 2:
        return random(0x7fffffff) / (1 + random(1000));
      case 3:
        return text();
      case 4:
        return Uint8Array.from({ length: random(40) }, () => random(256));
      case 5:
        return random(3) ? null : cid;
      case 6:
        return Array.from({ length: random(5) }, () => make(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random(5) }, () => [text(), make(depth + 1)]),
        );
    }
  };
  return Array.from({ length: count }, () => make(0));
}

function show(value: unknown): string {
  return value instanceof Map || typeof value === 'bigint'
    ? String(value)
    : JSON.stringify(value).slice(0, 60);
}
