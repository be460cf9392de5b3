/**
 * What the pages say to each other. On windows only the first message of each
 * pair goes, to an exact origin, and with it one end of a MessageChannel that
 * all others take. Messages of other shapes are ignored.
 */

import type { ErrorCode } from '../errors.js';
import type { Grants } from '../nodeapi.gen.js';

/** The version of these messages. */
export const VERSION = 1;

/** From an embedding page to the hub in its frame, with a port. */
export interface Knock {
  readonly sharednode: 'hub';
  readonly version: number;
  /** What it wants to be granted. */
  readonly want: Grants;
}

/** From the hub, on that port. */
export type Reply =
  /** It is a hub, and will say more. */
  | { type: 'hello' }
  /** The frame has something to be clicked. */
  | { type: 'show' }
  | { type: 'hide' }
  /** A port for `connect` is transferred along. */
  | { type: 'granted' }
  | {
      type: 'refused';
      code: ErrorCode;
      message: string;
      details?: Record<string, unknown>;
    };

/** From the consent page to the hub's page that opened it: it has loaded. */
export interface Ready {
  readonly sharednode: 'consent';
}

/** In answer to that, with a port. */
export interface Question {
  readonly sharednode: 'question';
  /** Who asks. */
  readonly origin: string;
  readonly want: Grants;
  /** Whether the browser keeps what the frame stores apart. */
  readonly partitioned: boolean;
}

/** What the person said, on that port. */
export interface Verdict {
  readonly type: 'verdict';
  /** What is granted, if anything is. */
  readonly grants?: Grants;
  /** Whether the next time is to be like this one. */
  readonly remember: boolean;
}

/** Reads what may be a knock. Its `want` is not checked. */
export function readKnock(data: unknown): Knock | undefined {
  const knock = Object(data) as Knock;
  return knock.sharednode === 'hub' && typeof knock.version === 'number'
    ? knock
    : undefined;
}
