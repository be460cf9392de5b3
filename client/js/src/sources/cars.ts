import type { Core } from '../core.js';
import type { CARHeader } from '../nodeapi.gen.js';
import { isBytes } from './bytes.js';
import {
  type Content,
  isBlob,
  isContent,
  iterate,
  type Reader,
  stopIterating,
} from './content.js';

/** The most characters of a file's name that are sent: 255 bytes have room. */
const MAX_NAME = 63;

/** One CAR as it is sent. */
export interface CAREntry {
  readonly header: CARHeader;
  readonly content: Reader;
}

/**
 * Gives the CARs of a source. What lists bytes is one CAR, and what lists
 * anything else has one in each of its items.
 */
export async function* carEntries(
  core: Core,
  source: unknown,
  op: string,
): AsyncGenerator<CAREntry, void> {
  const open = (content: unknown): CAREntry => {
    const name = String((content as Partial<File>).name ?? '');
    return {
      header: { name: name.slice(0, MAX_NAME) },
      content: core.openContent(content, name),
    };
  };
  if (isBytes(source) || isBlob(source)) {
    yield open(source);
    return;
  }
  if (!isContent(source)) {
    throw core.invalidSource(source, op);
  }
  const iterator = iterate(source);
  try {
    let step = await iterator.next();
    if (!step.done && isBytes(step.value)) {
      yield open(withFirst(step.value, iterator));
      return;
    }
    while (!step.done) {
      yield open(step.value);
      step = await iterator.next();
    }
  } finally {
    stopIterating(iterator);
  }
}

/** An iteration of which the first item has been taken already. */
function withFirst(
  first: unknown,
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
): Content {
  let taken = false;
  const rest: AsyncIterator<unknown> = {
    async next() {
      if (!taken) {
        taken = true;
        return { done: false, value: first };
      }
      return iterator.next();
    },
    async return() {
      stopIterating(iterator);
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => rest } as Content;
}
