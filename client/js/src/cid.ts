import { CID } from 'multiformats/cid';
import { SharednodeError } from './errors.js';
import { describe } from './options.js';

/**
 * A CID, or an IPFS path: `'bafy…/a/b'`, `'/ipfs/bafy…/a/b'`. One that begins with
 * a name, `'/ipns/k51…/a/b'` or `'/ipns/docs.ipfs.tech/a/b'`, is resolved first,
 * with `offline` by what the repo knows; errors are then those of `resolve` too.
 * Paths of `files` are no such names.
 */
export type IPFSPath = CID | string;

/** Reads a CID, which may be text or another copy of multiformats'. */
export function toCID(value: unknown, op: string): CID {
  const cid = CID.asCID(value);
  if (cid !== null) {
    return cid;
  }
  try {
    return CID.parse(value as string);
  } catch (cause) {
    throw new SharednodeError('invalid-cid', `${describe(value)} is no CID`, {
      op,
      details: { value },
      cause,
    });
  }
}

/** The text of a path, with another one below it if there is one. */
export function toPath(value: unknown, op: string, below = ''): string {
  const cid = CID.asCID(value);
  const path = cid === null ? value : cid.toString();
  if (typeof path !== 'string') {
    throw new SharednodeError('invalid-cid', `${describe(value)} is no CID`, {
      op,
      details: { value },
    });
  }
  const rest = below.replace(/^\/+/, '');
  return rest === '' ? path : `${path.replace(/\/+$/, '')}/${rest}`;
}

/** Reads a CID that the node sent. */
export function fromWire(bytes: Uint8Array): CID {
  return CID.decode(bytes);
}
