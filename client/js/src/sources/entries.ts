import { loadRare } from '../load.js';
import { isBytes } from './bytes.js';
import {
  invalidSource,
  isContent,
  isBlob,
  isIterable,
  iterate,
  sourceError,
  stopIterating,
} from './content.js';
import {
  type Candidate,
  type Entry,
  type FileCandidate,
  nameOf,
  toEntry,
} from './entry.js';
import {
  type DroppedEntry,
  type Handle,
  dropped,
  isDrop,
  isDroppedEntry,
  isHandle,
} from './handles.js';

/** What can stand among the sources of an add of many. */
export type ManyCandidate = Candidate | Handle | DroppedEntry;

/** The sources of an add of many. */
export type Candidates =
  | Iterable<ManyCandidate>
  | AsyncIterable<ManyCandidate>
  | ReadableStream<ManyCandidate>
  | FileList
  | DataTransfer
  | Handle
  | DroppedEntry;

/**
 * Gives the entries of an add of many, one by one.
 *
 * @param named whether a File goes by its name, as those of a FileList do
 */
export async function* entriesOf(
  source: unknown,
  named: boolean,
): AsyncGenerator<Entry, void> {
  if (isBytes(source) || isBlob(source) || !isMany(source)) {
    throw invalidSource(source, 'add');
  }
  const byName = named || isFileList(source);
  const candidates = expand(source);
  try {
    for (;;) {
      const step = await candidates.next().catch((error: unknown) => {
        throw sourceError(error, '');
      });
      if (step.done) {
        return;
      }
      yield toEntry(step.value, nameOf(step.value, byName));
    }
  } finally {
    stopIterating(candidates);
  }
}

/** Whether a source can be read once more: bytes, Blobs, and lists of them. */
export function isRereadable(source: unknown): boolean {
  if (Array.isArray(source) || isFileList(source)) {
    return Array.from(source as ArrayLike<unknown>).every(isRereadable);
  }
  if (isContent(source)) {
    return isBytes(source) || isBlob(source);
  }
  const { path, content } = (source ?? {}) as FileCandidate;
  return content == null ? path !== undefined : isRereadable(content);
}

function isMany(source: unknown): boolean {
  return (
    isHandle(source) ||
    isDroppedEntry(source) ||
    isDrop(source) ||
    isIterable(source)
  );
}

function isFileList(source: unknown): boolean {
  return typeof (source as FileList | null)?.item === 'function';
}

/** Goes through a source, and through the folders in it. */
async function* expand(source: unknown): AsyncGenerator<unknown, void> {
  if (isHandle(source) || isDroppedEntry(source)) {
    const { walk } = await loadRare();
    yield* walk(source);
  } else {
    yield* expandEach(isDrop(source) ? dropped(source) : source);
  }
}

async function* expandEach(source: unknown): AsyncGenerator<unknown, void> {
  const iterator = iterate(source);
  try {
    for (;;) {
      const step = await iterator.next();
      if (step.done) {
        return;
      }
      if (isHandle(step.value) || isDroppedEntry(step.value)) {
        yield* expand(step.value);
      } else {
        yield step.value;
      }
    }
  } finally {
    stopIterating(iterator);
  }
}
