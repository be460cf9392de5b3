import { CID } from 'multiformats/cid';
import { decode as decodeCBOR } from '../cbor/decode.js';
import { messageOf, SharednodeError } from '../errors.js';
import { loadRare } from '../load.js';
import {
  decode as decodeDagCBOR,
  encode as encodeDagCBOR,
} from './dag-cbor.js';

/**
 * Values are sent as DAG-CBOR whatever they are stored as, since the node has
 * all codecs; blocks come as they are stored.
 */
const decoders: Record<number, (bytes: Uint8Array) => unknown> = {
  0x51: decodeCBOR,
  0x55: (bytes) => bytes, // raw
  0x70: async (bytes) =>
    (await loadRare()).decodeDagPB(bytes, (link) => CID.decode(link)),
  0x71: decodeDagCBOR,
  0x0129: async (bytes) =>
    (await loadRare()).decodeDagJSON(bytes, (text) => CID.parse(text)),
  0x0200: async (bytes) => (await loadRare()).decodeJSON(bytes),
};

/** The name of the codec that {@link encodeNode} encodes with. */
export const NODE_CODEC = 'dag-cbor';

/** Encodes a value of the IPLD data model. */
export function encodeNode(value: unknown): Uint8Array {
  try {
    return encodeDagCBOR(value);
  } catch (cause) {
    throw new SharednodeError('invalid-value', messageOf(cause), {
      op: 'dag.put',
      cause,
    });
  }
}

/** Decodes a block by its codec's code. */
export async function decodeNode(
  bytes: Uint8Array,
  code: number,
): Promise<unknown> {
  const decode = decoders[code];
  if (decode === undefined) {
    throw new SharednodeError('unknown-codec', `unknown codec ${code}`, {
      op: 'dag.get',
      details: { value: code },
    });
  }
  try {
    return await decode(bytes);
  } catch (cause) {
    if (cause instanceof SharednodeError) {
      throw cause;
    }
    throw new SharednodeError('invalid-block', messageOf(cause), {
      op: 'dag.get',
      details: { value: code },
      cause,
    });
  }
}
