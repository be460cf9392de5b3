import type { FileHeader, Mtime } from '../nodeapi.gen.js';
import { invalidOption } from '../options.js';
import {
  type Content,
  invalidSource,
  isBlob,
  isContent,
  openContent,
  type Reader,
} from './content.js';

/** A time as UnixFS has it, or as it is found elsewhere. */
export type MtimeLike =
  | Date
  | { secs: number | bigint; nsecs?: number | undefined }
  | { Seconds: number; FractionalNanoseconds?: number | undefined }
  | readonly [secs: number, nsecs: number];

/** A file under a path, or with no content a directory. */
export interface FileCandidate {
  /** Where it will be, its parts separated by `/`. */
  path?: string | undefined;
  /** The file's bytes. A directory has none. */
  content?: Content | undefined;
  /** Permission bits; text is read as octal. */
  mode?: number | string | undefined;
  /** The time of modification. */
  mtime?: MtimeLike | undefined;
}

/** What can be added: content alone, or with path, mode and time. */
export type Candidate = Content | FileCandidate;

/** One entry as it is sent. */
export interface Entry {
  readonly header: FileHeader;
  /** Nothing for a directory. */
  readonly content: Reader | undefined;
}

/**
 * Makes an entry of a candidate.
 *
 * @param name the path of a candidate that has none
 */
export function toEntry(candidate: unknown, name = ''): Entry {
  if (isContent(candidate)) {
    return fileEntry({ path: name }, candidate);
  }
  const file = candidate as FileCandidate | null;
  if (
    typeof candidate !== 'object' ||
    (file?.path === undefined && file?.content === undefined)
  ) {
    throw invalidSource(candidate, 'add', name);
  }
  const { path = name, content } = file;
  if (typeof path !== 'string') {
    throw invalidOption('add', 'path', path);
  }
  const header: FileHeader = { path };
  if (file.mode !== undefined) {
    header.mode = toMode(file.mode, 'add');
  }
  if (file.mtime !== undefined) {
    header.mtime = toMtime(file.mtime, 'add');
  }
  if (content === undefined || content === null) {
    return { header: { ...header, dir: true }, content: undefined };
  }
  return fileEntry(header, content);
}

/**
 * The path that a File brings: that under the folder with which it was chosen,
 * or where one is needed its name.
 */
export function nameOf(candidate: unknown, needed: boolean): string {
  if (!isBlob(candidate)) {
    return '';
  }
  const { name, webkitRelativePath } = candidate as Partial<File>;
  return webkitRelativePath || (needed && name) || '';
}

function fileEntry(header: FileHeader, content: unknown): Entry {
  const reader = openContent(content, header.path ?? '');
  if (reader.size !== undefined) {
    header.size = reader.size;
  }
  return { header, content: reader };
}

/** Reads permission bits; text is octal. */
export function toMode(mode: unknown, op: string): number {
  const bits = typeof mode === 'string' ? parseInt(mode, 8) : mode;
  if (!Number.isInteger(bits) || (bits as number) >>> 0 !== bits) {
    throw invalidOption(op, 'mode', mode);
  }
  return bits;
}

/** Reads a time. */
export function toMtime(mtime: unknown, op: string): Mtime {
  if (mtime instanceof Date) {
    const ms = mtime.getTime();
    const secs = Math.floor(ms / 1000);
    return checkMtime({ secs, nsecs: (ms - secs * 1000) * 1e6 }, mtime, op);
  }
  if (Array.isArray(mtime)) {
    return checkMtime({ secs: mtime[0], nsecs: mtime[1] }, mtime, op);
  }
  const { Seconds, FractionalNanoseconds } = Object(mtime);
  const { secs = Seconds, nsecs = FractionalNanoseconds } = Object(mtime);
  return checkMtime({ secs, nsecs }, mtime, op);
}

function checkMtime(
  { secs, nsecs = 0 }: { secs: unknown; nsecs: unknown },
  given: unknown,
  op: string,
): Mtime {
  if (
    (typeof secs !== 'bigint' && !Number.isSafeInteger(secs)) ||
    !Number.isInteger(nsecs) ||
    (nsecs as number) < 0 ||
    (nsecs as number) >= 1e9
  ) {
    throw invalidOption(op, 'mtime', given);
  }
  return { secs: secs as number | bigint, nsecs: nsecs as number };
}
