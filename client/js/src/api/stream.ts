import type { Call } from '../protocol/call.js';

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

/** Collects the bytes that a call brings until its result. */
export async function collect(call: Call): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(call)) {
    chunks.push(chunk);
  }
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) {
    return first;
  }
  let length = 0;
  for (const chunk of chunks) {
    length += chunk.length;
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
