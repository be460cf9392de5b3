import type { CID } from 'multiformats/cid';

/** DAG-PB: https://ipld.io/specs/codecs/dag-pb/spec/ */

/** A block's value, as the IPLD data model has it. */
export interface PBNode {
  Data?: Uint8Array;
  Links: PBLink[];
}

export interface PBLink {
  Hash: CID;
  Name?: string;
  /** Bytes of all that is linked to. */
  Tsize?: number;
}

/** A field's number and wire type, as both stand before its value. */
const DATA = (1 << 3) | 2;
const LINK = (2 << 3) | 2;
const HASH = (1 << 3) | 2;
const NAME = (2 << 3) | 2;
const TSIZE = 3 << 3;

const utf8 = new TextDecoder();

/** Reads the CID of a link. */
type ReadCID = (bytes: Uint8Array) => CID;

/**
 * Decodes a block.
 *
 * The decoder is our own, as that of CBOR, and for the same reason.
 */
export function decode(bytes: Uint8Array, readCID: ReadCID): PBNode {
  const node: PBNode = { Links: [] };
  let ended = false; // the links are, by data after them
  for (const [field, value] of fields(bytes)) {
    if (field === DATA && node.Data === undefined) {
      node.Data = value as Uint8Array;
      ended = node.Links.length > 0;
    } else if (field === LINK && !ended) {
      node.Links.push(decodeLink(value as Uint8Array, readCID));
    } else {
      throw notDagPB();
    }
  }
  return node;
}

function decodeLink(bytes: Uint8Array, readCID: ReadCID): PBLink {
  const link: Partial<PBLink> = {};
  let last = 0;
  for (const [field, value] of fields(bytes)) {
    if (field <= last) {
      throw notDagPB();
    }
    last = field;
    if (field === HASH) {
      link.Hash = readCID(value as Uint8Array);
    } else if (field === NAME) {
      link.Name = utf8.decode(value as Uint8Array);
    } else if (field === TSIZE) {
      link.Tsize = value as number;
    } else {
      throw notDagPB();
    }
  }
  if (link.Hash === undefined) {
    throw notDagPB();
  }
  return link as PBLink;
}

/** Gives the fields of a message, of the two wire types that there are. */
function* fields(bytes: Uint8Array): Generator<[number, number | Uint8Array]> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let unit = 1; at < bytes.length && unit < 2 ** 64; unit *= 128) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        return value;
      }
    }
    throw notDagPB();
  };
  while (at < bytes.length) {
    const field = varint();
    const value = varint();
    if ((field & 7) === 0) {
      yield [field, value];
    } else {
      at += value;
      if ((field & 7) !== 2 || at > bytes.length) {
        throw notDagPB();
      }
      yield [field, bytes.subarray(at - value, at)];
    }
  }
}

function notDagPB(): Error {
  return new Error('not DAG-PB');
}
