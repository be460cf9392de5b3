import type { NodeErrorCode } from './nodeapi.gen.js';

/** What a port's two ends say of each other; package messageport in Go. */
export type TransportErrorCode =
  /** The two sides speak no common version. Details: client, server. */
  | 'version-unsupported'
  /** The client gave the call up. */
  | 'canceled'
  /** A message that breaks the protocol or a limit of it. */
  | 'protocol-error'
  | 'limit-exceeded';

/** What the client itself finds. */
export type ClientErrorCode =
  /** The call's `timeout` passed. */
  | 'timeout'
  /** `close()` was called. */
  | 'closed'
  /**
   * The port was lost under the call, which has no verdict: what it asked for
   * may have been done or not.
   */
  | 'disconnected'
  /** The same, because the worker is gone; another one is being started. */
  | 'worker-restarted'
  /** The worker's script or program could not be loaded. Details: url. */
  | 'worker-failed'
  /** The worker's program ended by itself. */
  | 'worker-crashed'
  /** The source of an add threw; `cause` is what it threw. Details: path. */
  | 'source-error'
  /** A value that an add cannot read bytes from. Details: type, path. */
  | 'invalid-source'
  /** A value that the codec cannot encode. Details: codec. */
  | 'invalid-value';

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
