import { SharednodeError } from '../errors.js';
import type { Reader } from './content.js';

/** Bytes read at once. Each read is a round trip to the browser's process. */
const SLICE = 1024 * 1024;

/** Reads a Blob or File slice by slice, one slice ahead. */
export class BlobReader implements Reader {
  readonly size: number;
  readonly #blob: Blob;
  readonly #path: string;
  #at = 0;
  #ahead: Promise<Uint8Array> | undefined;

  constructor(blob: Blob, path: string) {
    this.#blob = blob;
    this.#path = path;
    this.size = blob.size;
  }

  async next(): Promise<Uint8Array | undefined> {
    const slice = this.#ahead ?? this.#read();
    this.#ahead = undefined;
    const bytes = await slice;
    if (bytes !== undefined) {
      this.#ahead = this.#read();
      this.#ahead?.catch(() => {}); // told when it is asked for
    }
    return bytes;
  }

  cancel(): void {
    this.#at = this.size;
  }

  #read(): Promise<Uint8Array> | undefined {
    const start = this.#at;
    if (start >= this.size) {
      return undefined;
    }
    const end = Math.min(start + SLICE, this.size);
    this.#at = end;
    return this.#slice(start, end);
  }

  async #slice(start: number, end: number): Promise<Uint8Array> {
    let buffer: ArrayBuffer;
    try {
      buffer = await this.#blob.slice(start, end).arrayBuffer();
    } catch (cause) {
      throw this.#changed({}, cause);
    }
    if (buffer.byteLength !== end - start) {
      throw this.#changed({ actual: start + buffer.byteLength });
    }
    return new Uint8Array(buffer);
  }

  /** A file that was changed or removed since it was chosen. */
  #changed(found: { actual?: number }, cause?: unknown): SharednodeError {
    return new SharednodeError(
      'source-changed',
      'the file was changed, or is gone',
      {
        op: 'add',
        details: { path: this.#path, expected: this.size, ...found },
        cause,
      },
    );
  }
}
