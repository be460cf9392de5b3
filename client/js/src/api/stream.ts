import { SharednodeError } from '../errors.js';
import type { Call } from '../protocol/call.js';
import { join } from '../reader.js';

/**
 * Gives the bytes that a call brings. Leaving the iteration early gives the
 * call up; what is not read is not sent.
 */
export async function* bytesOf(call: Call): AsyncGenerator<Uint8Array, void> {
  try {
    for (;;) {
      const inbound = await call.receive();
      if (inbound === undefined) {
        return;
      }
      if (inbound.type === 'data') {
        yield inbound.data;
      }
    }
  } finally {
    call.cancel();
  }
}

/** Gives the items that a call brings, likewise. */
export async function* itemsOf<T>(call: Call): AsyncGenerator<T, void> {
  try {
    for (;;) {
      const inbound = await call.receive();
      if (inbound === undefined) {
        return;
      }
      if (inbound.type === 'item') {
        yield inbound.item as T;
      }
    }
  } finally {
    call.cancel();
  }
}

/** Collects the items that a call brings until its result. */
export async function allItems<T>(call: Call): Promise<T[]> {
  const items: T[] = [];
  for await (const item of itemsOf<T>(call)) {
    items.push(item);
  }
  return items;
}

/**
 * Takes the bytes of a message, which follow the item that announced them. They
 * are its own, in a buffer of their size: handlers keep what they get.
 */
export async function take(
  call: Call,
  size: number | bigint,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Number(size));
  for (let at = 0; at < bytes.length;) {
    const inbound = await call.receive();
    if (inbound?.type !== 'data' || at + inbound.size > bytes.length) {
      throw new SharednodeError('protocol-error', 'a message of wrong size', {
        op: call.op,
      });
    }
    bytes.set(inbound.data, at);
    at += inbound.size;
  }
  return bytes;
}

/** Collects the bytes that a call brings until its result. */
export function collect(call: Call): Promise<Uint8Array> {
  return join(bytesOf(call));
}
