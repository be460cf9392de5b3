import { describe } from '../options.js';
import { SharednodeError } from '../errors.js';

/** Bytes in memory, or text for its UTF-8. */
export type Bytes = string | ArrayBuffer | ArrayBufferView;

const utf8 = new TextEncoder();

/** Whether a value is bytes in memory or text. */
export function isBytes(value: unknown): value is Bytes {
  return (
    typeof value === 'string' ||
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value) === '[object ArrayBuffer]'
  );
}

/**
 * Gives a view on the bytes of a value, of which nothing is copied.
 *
 * @param op names the call in errors
 * @param path names the file in errors, if there are files
 */
export function toBytes(value: Bytes, op: string, path = ''): Uint8Array {
  if (typeof value === 'string') {
    return utf8.encode(value);
  }
  try {
    // Of a buffer that was transferred away there can be no view.
    return ArrayBuffer.isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
  } catch (cause) {
    throw new SharednodeError(
      'invalid-source',
      'the bytes were transferred away',
      { op, details: { path, type: describe(value) }, cause },
    );
  }
}
