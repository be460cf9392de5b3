import * as json from 'multiformats/codecs/json';
import * as raw from 'multiformats/codecs/raw';
import { messageOf, SharednodeError } from './errors.js';

/** Turns values into the bytes of blocks and back. */
interface Codec {
  readonly name: string;
  readonly code: number;
  encode(value: never): Uint8Array;
  decode(bytes: Uint8Array): unknown;
}

/** Those that are there: at first only the small ones. */
const codecs: Codec[] = [raw, json];

/** Those that are loaded when they are first met, not with every page. */
const loaders = [
  { name: 'dag-cbor', code: 0x71, load: () => import('@ipld/dag-cbor') },
  { name: 'dag-pb', code: 0x70, load: () => import('@ipld/dag-pb') },
  { name: 'dag-json', code: 0x0129, load: () => import('@ipld/dag-json') },
];

/** Encodes a value with the codec of a name. */
export async function encodeNode(
  value: unknown,
  name: string,
): Promise<Uint8Array> {
  const codec = await find('dag.put', (c) => c.name === name, name);
  try {
    return codec.encode(value as never);
  } catch (cause) {
    throw new SharednodeError(
      'invalid-value',
      `not a value of ${name}: ${messageOf(cause)}`,
      { op: 'dag.put', details: { codec: name }, cause },
    );
  }
}

/** Decodes a block with the codec of a code. */
export async function decodeNode(
  bytes: Uint8Array,
  code: number,
): Promise<unknown> {
  const value = `0x${code.toString(16)}`;
  const codec = await find('dag.get', (c) => c.code === code, value);
  try {
    return codec.decode(bytes);
  } catch (cause) {
    throw new SharednodeError(
      'invalid-block',
      `not ${codec.name}: ${messageOf(cause)}`,
      { op: 'dag.get', details: { codec: codec.name }, cause },
    );
  }
}

async function find(
  op: string,
  wanted: (codec: { name: string; code: number }) => boolean,
  value: string,
): Promise<Codec> {
  const there = codecs.find(wanted);
  if (there !== undefined) {
    return there;
  }
  const loader = loaders.find(wanted);
  if (loader === undefined) {
    throw new SharednodeError('unknown-codec', `unknown codec ${value}`, {
      op,
      details: { value },
    });
  }
  const loaded: Codec = await loader.load();
  codecs.push(loaded);
  return loaded;
}
