import type { CID } from 'multiformats/cid';
import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type BitswapStat,
  type CIDResult,
  Methods,
  type WantlistRequest,
} from '../nodeapi.gen.js';
import type { TextLike } from '../peers.js';

/** The account of the exchange of blocks with peers. */
export interface BitswapStatResult {
  /** What the node wants now. */
  wantlist: CID[];
  /** Those that it exchanges blocks with. */
  peers: string[];
  /** Blocks. */
  blocksReceived: bigint;
  /** Bytes. */
  dataReceived: bigint;
  /** Blocks. */
  blocksSent: bigint;
  /** Bytes. */
  dataSent: bigint;
  /** Blocks that the node did not, or no longer, want. */
  dupBlksReceived: bigint;
  /** Bytes. */
  dupDataReceived: bigint;
  /** Messages of peers. */
  messagesReceived: bigint;
  /** Messages that were malformed or over a limit. */
  messagesDropped: bigint;
}

/** The exchange of blocks with peers. */
export interface BitswapAPI {
  /**
   * Tells what was exchanged since the worker started.
   *
   * @throws `offline`
   */
  stat(options?: CallOptions): Promise<BitswapStatResult>;
  /**
   * Lists the blocks that the node wants now.
   *
   * @throws `offline`
   */
  wantlist(options?: CallOptions): Promise<CID[]>;
  /**
   * What a peer wants of the node.
   *
   * @throws `invalid-peer-id`, `offline`
   */
  wantlistForPeer(peer: TextLike, options?: CallOptions): Promise<CID[]>;
}

/** The calls on the exchange. */
export function bitswapAPI(core: Core): BitswapAPI {
  return {
    stat: (options = {}) => stat(core, options),
    wantlist: (options = {}) => wantlist(core, {}, options),
    wantlistForPeer: async (peer, options = {}) => {
      const request = { peer: core.toPeer(peer, Methods.BitswapWantlist) };
      return wantlist(core, request, options);
    },
  };
}

async function stat(
  { link, fromWire }: Core,
  options: CallOptions,
): Promise<BitswapStatResult> {
  const { wantlist, peers, ...counts } = await link.ask<BitswapStat>(
    Methods.BitswapStat,
    null,
    options,
  );
  const big = Object.entries(counts).map(([name, n]) => [name, BigInt(n)]);
  return {
    wantlist: wantlist.map(fromWire),
    peers,
    ...(Object.fromEntries(big) as Record<keyof typeof counts, bigint>),
  };
}

async function wantlist(
  { link, allItems, fromWire }: Core,
  request: WantlistRequest,
  options: CallOptions,
): Promise<CID[]> {
  const call = link.call(Methods.BitswapWantlist, request, options);
  const wanted = await allItems<CIDResult>(call);
  return wanted.map(({ cid }) => fromWire(cid));
}
