import type { IPFSPath } from '../cid.js';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { SharednodeError } from '../errors.js';
import {
  type CIDResult,
  Methods,
  type Ref,
  type RefsRequest,
} from '../nodeapi.gen.js';
import { bool, integer, text } from '../options.js';

/** Options of `refs`. */
export interface RefsOptions extends CallOptions {
  /** The links of what is linked to, too. */
  recursive?: boolean | undefined;
  /** Each block once. */
  unique?: boolean | undefined;
  /**
   * The text for each link, with `<src>`, `<dst>` and `<linkname>` in it;
   * `<dst>` unless set.
   */
  format?: string | undefined;
  /** The format `<src> -> <dst>`. */
  edges?: boolean | undefined;
  /** How deep a recursive request goes; all the way unless set. */
  maxDepth?: number | undefined;
  /** Looks in the repo alone. */
  offline?: boolean | undefined;
}

/** A link, as text, or why those of one of the paths cannot be told. */
export interface RefsResult {
  ref: string;
  err?: SharednodeError;
}

/** The links of blocks. */
export interface RefsAPI {
  /**
   * Lists the links of blocks. What goes wrong with one of the paths is told
   * among them.
   *
   * @throws `invalid-path`, `invalid-option`
   */
  (
    paths: IPFSPath | readonly IPFSPath[],
    options?: RefsOptions,
  ): AsyncGenerator<RefsResult, void>;
  /** The blocks that the repo has, each as a raw block's CID. */
  local(options?: CallOptions): AsyncGenerator<RefsResult, void>;
}

/** The calls on links but the one that is called `refs` itself. */
export function refsAPI(core: Core): Pick<RefsAPI, 'local'> {
  return { local: (options = {}) => local(core, options) };
}

/** `refs` */
export async function* refs(
  { SharednodeError, itemsOf, link, pick, toPath }: Core,
  paths: IPFSPath | readonly IPFSPath[],
  options: RefsOptions,
): AsyncGenerator<RefsResult, void> {
  const op = Methods.Refs;
  const request: RefsRequest = {
    ...pick<Omit<RefsRequest, 'paths'>>(op, options, {
      recursive: bool,
      unique: bool,
      format: text,
      edges: bool,
      maxDepth: integer,
      offline: bool,
    }),
    paths: [paths].flat().map((path) => toPath(path, op)),
  };
  const call = link.call(op, request, options);
  for await (const { ref, err, code } of itemsOf<Ref>(call)) {
    yield err === undefined && code === undefined
      ? { ref }
      : {
          ref,
          err: new SharednodeError(code ?? 'internal', err ?? '', { op }),
        };
  }
}

async function* local(
  { fromWire, itemsOf, link }: Core,
  options: CallOptions,
): AsyncGenerator<RefsResult, void> {
  const call = link.call(Methods.RefsLocal, null, options);
  for await (const { cid } of itemsOf<CIDResult>(call)) {
    yield { ref: fromWire(cid).toString() };
  }
}
