import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type Bandwidth,
  type BandwidthRequest,
  Methods,
} from '../nodeapi.gen.js';
import { bool, text } from '../options.js';
import type { TextLike } from '../peers.js';
import { type BitswapStatResult, bitswapAPI } from './bitswap.js';
import { type RepoStatResult, repoAPI } from './repo.js';

/** Options of `stats.bw`. */
export interface StatsBWOptions extends CallOptions {
  /** Those of a peer alone; of all unless set. */
  peer?: TextLike | undefined;
  /** Those of a protocol alone, not with a peer; of all unless set. */
  proto?: string | undefined;
  /** Tells again and again, until it is left. */
  poll?: boolean | undefined;
  /** Between two times, in ms or as text, `'1s'`; a second unless set. */
  interval?: number | string | undefined;
}

/** Bytes of streams. */
export interface StatsBWResult {
  /** Bytes received since the worker started. */
  totalIn: bigint;
  /** Bytes sent since then. */
  totalOut: bigint;
  /** Bytes received a second, of the last few seconds. */
  rateIn: number;
  /** Bytes sent a second, likewise. */
  rateOut: number;
}

/** Figures. */
export interface StatsAPI {
  /**
   * As `bitswap.stat`.
   *
   * @throws `offline`
   */
  bitswap(options?: CallOptions): Promise<BitswapStatResult>;
  /** As `repo.stat`. */
  repo(options?: CallOptions): Promise<RepoStatResult>;
  /**
   * The bytes that go over the network.
   *
   * @throws `invalid-peer-id`, `invalid-option`, `offline`
   */
  bw(options?: StatsBWOptions): AsyncGenerator<StatsBWResult, void>;
}

/** The calls on figures. */
export function statsAPI(core: Core): StatsAPI {
  return {
    bitswap: bitswapAPI(core).stat,
    repo: repoAPI(core).stat,
    bw: (options = {}) => bandwidth(core, options),
  };
}

async function* bandwidth(
  { itemsOf, link, milliseconds, pick, toPeer }: Core,
  options: StatsBWOptions,
): AsyncGenerator<StatsBWResult, void> {
  const op = Methods.StatsBandwidth;
  const { peer } = options;
  const interval = milliseconds(options.interval, op, 'interval');
  const request: BandwidthRequest = {
    ...pick<Pick<BandwidthRequest, 'proto' | 'poll'>>(op, options, {
      proto: text,
      poll: bool,
    }),
    ...(peer !== undefined && { peer: toPeer(peer, op) }),
    ...(interval !== undefined && { interval: Math.ceil(interval) }),
  };
  const call = link.call(op, request, options);
  for await (const told of itemsOf<Bandwidth>(call)) {
    yield {
      totalIn: BigInt(told.totalIn),
      totalOut: BigInt(told.totalOut),
      rateIn: Number(told.rateIn),
      rateOut: Number(told.rateOut),
    };
  }
}
