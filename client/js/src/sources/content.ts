import { messageOf, SharednodeError } from '../errors.js';
import { describe } from '../options.js';
import { BlobReader } from './blob.js';
import { type Bytes, isBytes, toBytes } from './bytes.js';

/** What the bytes of a file can be read from. */
export type Content =
  Bytes | Blob | ReadableStream<Bytes> | AsyncIterable<Bytes> | Iterable<Bytes>;

/** The bytes of one file, read piece by piece. */
export interface Reader {
  /** How many bytes there will be, where that is known. */
  readonly size: number | undefined;
  /** Gives the next bytes, undefined at the end; at once where it can. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Tells the source that no more is wanted. */
  cancel(): void;
}

/**
 * Opens content for reading.
 *
 * @param path names the file in errors
 */
export function openContent(content: unknown, path: string): Reader {
  if (isBytes(content)) {
    return new MemoryReader(toBytes(content, 'add', path));
  }
  if (isBlob(content)) {
    return new BlobReader(content, path);
  }
  if (isIterable(content)) {
    return new IteratorReader(iterate(content), path);
  }
  throw invalidSource(content, 'add', path);
}

/** Whether a value is content, rather than an entry that has some. */
export function isContent(value: unknown): value is Content {
  return isBytes(value) || isBlob(value) || isIterable(value);
}

/** Whether a value is a Blob or a File, also of another realm. */
export function isBlob(value: unknown): value is Blob {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Blob).slice === 'function' &&
    typeof (value as Blob).arrayBuffer === 'function'
  );
}

/** Whether {@link iterate} finds a way to go through a value. */
export function isIterable(value: unknown): boolean {
  const it = value as Partial<
    AsyncIterable<unknown> & Iterable<unknown> & ReadableStream
  > | null;
  return (
    typeof value === 'object' &&
    value !== null &&
    (typeof it?.getReader === 'function' ||
      Symbol.asyncIterator in value ||
      Symbol.iterator in value)
  );
}

/**
 * Goes through a stream or an iterable. Streams are read by a reader, since
 * not every engine can iterate them; and a reader's cancel works at once, even
 * while a read is going on.
 */
export function iterate(
  value: unknown,
): AsyncIterator<unknown> | Iterator<unknown> {
  const it = value as AsyncIterable<unknown> &
    Iterable<unknown> &
    ReadableStream<unknown>;
  if (typeof it.getReader === 'function') {
    const reader = it.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      return: async () => {
        await reader.cancel();
        return { done: true, value: undefined };
      },
    };
  }
  return it[Symbol.asyncIterator]?.() ?? it[Symbol.iterator]();
}

/** Ends an iteration early, whatever its source makes of that. */
export function stopIterating(
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
): void {
  try {
    Promise.resolve(iterator.return?.()).catch(() => {});
  } catch {
    // A source that cannot be stopped is one that nobody reads.
  }
}

/** The error of a value that bytes cannot be read from. */
export function invalidSource(
  value: unknown,
  op: string,
  path = '',
): SharednodeError {
  const type = describe(value);
  return new SharednodeError(
    'invalid-source',
    `no bytes can be read from ${type}`,
    {
      op,
      details: { path, type },
    },
  );
}

/** The error of a source that threw. */
export function sourceError(cause: unknown, path: string): SharednodeError {
  return new SharednodeError(
    'source-error',
    `the source failed: ${messageOf(cause)}`,
    { op: 'add', details: { path }, cause },
  );
}

class MemoryReader implements Reader {
  readonly size: number;
  #bytes: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  next(): Uint8Array | undefined {
    const bytes = this.#bytes;
    this.#bytes = undefined;
    return bytes;
  }

  cancel(): void {}
}

class IteratorReader implements Reader {
  readonly size = undefined;
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #path: string;

  constructor(
    iterator: AsyncIterator<unknown> | Iterator<unknown>,
    path: string,
  ) {
    this.#iterator = iterator;
    this.#path = path;
  }

  async next(): Promise<Uint8Array | undefined> {
    let step: IteratorResult<unknown>;
    try {
      step = await this.#iterator.next();
    } catch (error) {
      throw sourceError(error, this.#path);
    }
    if (step.done) {
      return undefined;
    }
    if (!isBytes(step.value)) {
      throw invalidSource(step.value, 'add', this.#path);
    }
    return toBytes(step.value, 'add', this.#path);
  }

  cancel(): void {
    stopIterating(this.#iterator);
  }
}
