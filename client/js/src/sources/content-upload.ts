import type { Core } from '../core.js';
import type { Call, Upload } from '../protocol/call.js';
import { type Content, isContent, type Reader } from './content.js';
import { isRereadable } from './entries.js';

/** What is told how many bytes of which file have been read. */
export type Progress = (bytes: number, path: string) => void;

/**
 * The bytes of content, as all that a call takes.
 *
 * @param path names the content in errors
 */
export function contentUpload(
  { invalidSource, openContent }: Core,
  content: Content,
  op: string,
  path: string,
  progress?: Progress,
): Upload {
  if (!isContent(content)) {
    throw invalidSource(content, op, path);
  }
  return {
    again: isRereadable(content),
    send: (call) => send(call, openContent(content, path), path, progress),
  };
}

async function send(
  call: Call,
  reader: Reader,
  path: string,
  progress?: Progress,
): Promise<void> {
  const { outgoing } = call;
  outgoing.onstop = () => reader.cancel();
  let read = 0;
  try {
    for (;;) {
      const bytes = await reader.next();
      if (bytes === undefined) {
        outgoing.end();
        return;
      }
      if (!(await outgoing.data(bytes))) {
        reader.cancel(); // the call has ended, perhaps before it was begun
        return;
      }
      read += bytes.length;
      progress?.(read, path);
    }
  } catch (error) {
    reader.cancel();
    if (call.outgoing === outgoing) {
      call.fail(error);
    }
  }
}
