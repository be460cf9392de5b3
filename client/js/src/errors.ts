import type { NodeErrorCode, TransportErrorCode } from './nodeapi.gen.js';

/** What the client itself finds. */
export type ClientErrorCode =
  /** The call's `timeout` passed. Details: timeout. */
  | 'timeout'
  /**
   * The worker went away under the call, which has no verdict, as with
   * `disconnected`. Another worker is being started.
   */
  | 'worker-restarted'
  /** The worker's script or program could not be loaded. Details: url. */
  | 'worker-failed'
  /** A script of the package that is loaded when it is needed could not be. */
  | 'script-failed'
  /** The worker's program ended by a fault. */
  | 'worker-crashed'
  /**
   * As a warning: the repo is another one than before, with nothing in it that
   * was there: the browser took its space back, or somebody cleared the site's
   * data. Details: before, now: the PeerIds.
   */
  | 'repo-lost'
  /** The source of an add threw; `cause` is what it threw. Details: path. */
  | 'source-error'
  /** What was to be written to threw; `cause` is what it threw. Details: path. */
  | 'sink-error'
  /** A value that an add cannot read bytes from. Details: path, type. */
  | 'invalid-source'
  /** A value that is not of the IPLD data model. */
  | 'invalid-value'
  /** The handler has a subscription to the topic. Details: topic. */
  | 'already-subscribed'
  /**
   * Messages that were lost because the tab did not take them in time. Details:
   * topic, dropped.
   */
  | 'messages-dropped'
  /**
   * As a warning: the browser may evict what the origin stores. Details: reason,
   * which is `refused`, `unanswered` or `unsupported`.
   */
  | 'not-persisted'
  /** A write to a stream whose own half was closed. */
  | 'stream-closed'
  /** Nobody answers as a hub where one should be. Details: url. */
  | 'hub-failed'
  /**
   * The hub does not serve a page like this one. Details: reason, which is `nested`,
   * `opaque`, `served` or `version`, or that the browser opens no `window` to ask in.
   */
  | 'hub-refused'
  /** The person who was asked, or the hub's policy, granted nothing. */
  | 'grants-denied';

/** Every code that a {@link SharednodeError} can have. */
export type ErrorCode = NodeErrorCode | TransportErrorCode | ClientErrorCode;

/** What a {@link SharednodeError} is made of, besides code and message. */
export interface ErrorFields {
  op?: string | undefined;
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/**
 * The one class of errors that calls reject with, save for an aborted
 * `signal`, whose own reason they reject with, as the platform's calls do.
 */
export class SharednodeError extends Error {
  /** By which it is told from errors of others. */
  override readonly name = 'SharednodeError';
  /** What kind of error it is: stable, for programs. */
  readonly code: ErrorCode;
  /** The method that failed, where known: `'dag.put'`. */
  readonly op: string | undefined;
  /** The values that the code speaks of. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, fields: ErrorFields = {}) {
    super(
      message,
      fields.cause === undefined ? undefined : { cause: fields.cause },
    );
    this.code = code;
    this.op = fields.op;
    this.details = fields.details ?? {};
  }
}

/** The words of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
