import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type Grants,
  type GrantsListRequest,
  Methods,
  type OriginGrants,
} from '../nodeapi.gen.js';
import { type Numbers, numbers } from '../numbers.js';
import { bool, type Check, count, text, texts } from '../options.js';

/** Options of `grants.list`. */
export interface GrantsListOptions extends CallOptions {
  /** Only of this one: `https://example.com`. */
  origin?: string | undefined;
  /**
   * Also the origins that are granted nothing any more, and for which something
   * is kept still: their `granted` is 0.
   */
  revoked?: boolean | undefined;
}

/** Options of `grants.revoke`. */
export interface GrantsRevokeOptions extends CallOptions {
  /**
   * Removes what the origin has pinned, and its files, also where it was granted
   * nothing any more. Their blocks go when garbage is collected.
   */
  forget?: boolean | undefined;
}

/**
 * What an origin may do, how many bytes are kept for it, and when it was granted
 * that, in Unix milliseconds; 0 if that was taken back.
 */
export type OriginGrantsResult = Numbers<OriginGrants>;

/** What other origins may do. Only pages of the node's own origin may tell. */
export interface GrantsAPI {
  /** Lists what is granted, by origin. */
  list(options?: GrantsListOptions): AsyncGenerator<OriginGrantsResult, void>;
  /** Keeps grants for an origin, in the place of those that it has. */
  set(origin: string, grants: Grants, options?: CallOptions): Promise<void>;
  /** Takes back all that an origin has, and ends what it does at this moment. */
  revoke(origin: string, options?: GrantsRevokeOptions): Promise<void>;
}

/** The calls on what is granted. */
export function grantsAPI(core: Core): GrantsAPI {
  const ask = async (op: Methods, request: object, options: CallOptions) => {
    await core.link.ask(op, request, options);
  };
  return {
    async *list(options = {}) {
      const op = Methods.GrantsList;
      const request = core.pick<GrantsListRequest>(op, options, {
        origin: text,
        revoked: bool,
      });
      const call = core.link.call(op, request, options);
      for await (const kept of core.itemsOf<OriginGrants>(call)) {
        yield numbers(kept);
      }
    },
    async set(origin, grants, options = {}) {
      const op = Methods.GrantsSet;
      const request = {
        origin: readOrigin(core, op, origin),
        grants: readGrants(core, op, grants),
      };
      await ask(op, request, options);
    },
    async revoke(origin, options = {}) {
      const op = Methods.GrantsRevoke;
      const request = {
        ...core.pick<{ forget?: boolean }>(op, options, { forget: bool }),
        origin: readOrigin(core, op, origin),
      };
      await ask(op, request, options);
    },
  };
}

const checks: Record<keyof Grants, Check> = {
  id: bool,
  read: bool,
  list: bool,
  add: bool,
  pin: bool,
  files: bool,
  topics: texts,
  rooms: texts,
  protocols: texts,
  quota: count,
  rate: count,
  maxStreams: count,
  expires: count,
};

/** Reads grants. One that is not known is refused: it would not be granted. */
export function readGrants(
  { invalidOption, pick }: Core,
  op: string,
  grants: Grants,
): Grants {
  const known = pick<Grants>(op, grants, checks);
  for (const name in grants) {
    if (!(name in checks)) {
      throw invalidOption(op, `grants.${name}`, undefined);
    }
  }
  return known;
}

function readOrigin({ invalidOption }: Core, op: string, origin: string) {
  if (!text(origin)) {
    throw invalidOption(op, 'origin', origin);
  }
  return origin;
}
