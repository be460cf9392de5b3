import { CID } from 'multiformats/cid';
import { CBORError, decode as decodeCBOR } from '../cbor/decode.js';
import { encode as encodeCBOR } from '../cbor/encode.js';

/** DAG-CBOR: https://ipld.io/specs/codecs/dag-cbor/spec/ */

/** Encodes a value of the IPLD data model. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return encodeCBOR(value, {
    fractions: true,
    skipUndefined: false,
    link: (object) => {
      const cid = CID.asCID(object);
      if (cid === null) {
        return undefined;
      }
      const bytes = new Uint8Array(1 + cid.bytes.length);
      bytes.set(cid.bytes, 1); // after a zero, the base of binary
      return bytes;
    },
  });
}

/** Decodes a block. */
export function decode(bytes: Uint8Array): unknown {
  return decodeCBOR(bytes, {
    maxNesting: 1024,
    maxElements: bytes.length,
    maxPairs: bytes.length,
    link: (link) => {
      if (link[0] !== 0) {
        throw new CBORError('a link that is not in binary');
      }
      return CID.decode(link.subarray(1));
    },
  });
}
