import { SharednodeError } from './errors.js';
import { describe } from './options.js';

/**
 * A peer id or an address, as text or as what has it for its text: the PeerIds
 * and Multiaddrs of other libraries. What the node gives of these is text.
 */
export type TextLike = string | { toString(): string };

/** Reads a peer id, or an address that has one. What it says the node reads. */
export function toPeer(value: unknown, op: string): string {
  return textOf(value, 'invalid-peer-id', op);
}

/** Reads an address; a peer id alone is one of no place. */
export function toAddr(value: unknown, op: string): string {
  const text = textOf(value, 'invalid-address', op);
  return text.startsWith('/') ? text : `/p2p/${text}`;
}

function textOf(
  value: unknown,
  code: 'invalid-peer-id' | 'invalid-address',
  op: string,
): string {
  if (typeof value === 'string') {
    return value;
  }
  // What has no text of its own has some like [object Object].
  const text = value instanceof Object ? String(value) : '[';
  if (text.startsWith('[')) {
    throw new SharednodeError(code, `${describe(value)} names no peer`, {
      op,
      details: { value },
    });
  }
  return text;
}
