import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type AddrList,
  type ID,
  type Method,
  Methods,
  type PeerAddrs,
  type SwarmPeer,
  type SwarmPeersRequest,
} from '../nodeapi.gen.js';
import { bool } from '../options.js';
import type { TextLike } from '../peers.js';

/** Options of `swarm.peers`. But for the first all is told in every case. */
export interface SwarmPeersOptions extends CallOptions {
  /** Tells what each peer tells of itself. */
  identify?: boolean | undefined;
  /** Need not be set: it is told in every case. */
  direction?: boolean | undefined;
  /** Need not be set: it is told in every case. */
  streams?: boolean | undefined;
  /** Need not be set: it is told in every case. */
  verbose?: boolean | undefined;
  /** Need not be set: it is told in every case. */
  latency?: boolean | undefined;
}

/** One connection to a peer. */
export interface SwarmPeersResult {
  /** The peer's id. */
  peer: string;
  /** The peer's multiaddr. */
  addr: string;
  /** Who opened it. */
  direction: 'inbound' | 'outbound';
  /** The protocol of the muxer. */
  muxer?: string;
  /** There and back, where it was measured: `'1.25ms'`. */
  latency?: string;
  /** The protocols of the streams that are open. */
  streams: string[];
  /** Whether a relay carries it that limits its bytes and its time. */
  limited: boolean;
  /** What the peer tells of itself, if that was asked for, as Kubo has it. */
  identify?: {
    ID: string;
    /** Protobuf, base64; '' where the peer tells none. */
    PublicKey: string;
    Addresses: string[];
    AgentVersion: string;
    Protocols: string[];
  };
}

/** A peer, and the addresses that are known of it. */
export type SwarmAddrsResult = PeerAddrs;

/** The connections to peers. */
export interface SwarmAPI {
  /**
   * Connects to a peer, by a multiaddr that ends in `/p2p/<peer id>`.
   *
   * @throws `invalid-address`, `undialable-address`, `dial-failed`, `offline`
   */
  connect(peer: TextLike, options?: CallOptions): Promise<void>;
  /**
   * Closes the connections to a peer.
   *
   * @throws `invalid-address`, `not-connected`, `offline`
   */
  disconnect(peer: TextLike, options?: CallOptions): Promise<void>;
  /**
   * Lists the connections.
   *
   * @throws `offline`
   */
  peers(options?: SwarmPeersOptions): Promise<SwarmPeersResult[]>;
  /** The addresses of the peers that are connected. */
  addrs(options?: CallOptions): Promise<SwarmAddrsResult[]>;
  /** The addresses at which the node can be reached. */
  localAddrs(options?: CallOptions): Promise<string[]>;
}

/** The calls on connections. */
export function swarmAPI(core: Core): SwarmAPI {
  return {
    connect: (peer, options = {}) =>
      withAddr(core, Methods.SwarmConnect, peer, options),
    disconnect: (peer, options = {}) =>
      withAddr(core, Methods.SwarmDisconnect, peer, options),
    peers: (options = {}) => peers(core, options),
    addrs: async (options = {}) =>
      core.allItems(core.link.call(Methods.SwarmAddrs, null, options)),
    localAddrs: (options = {}) => localAddrs(core, options),
  };
}

async function localAddrs(
  { link }: Core,
  options: CallOptions,
): Promise<string[]> {
  const op = Methods.SwarmLocalAddrs;
  return (await link.ask<AddrList>(op, null, options)).addrs;
}

async function withAddr(
  { link, toAddr }: Core,
  op: Method,
  peer: TextLike,
  options: CallOptions,
): Promise<void> {
  await link.ask(op, { addr: toAddr(peer, op) }, options);
}

async function peers(
  { link, itemsOf, pick }: Core,
  options: SwarmPeersOptions,
): Promise<SwarmPeersResult[]> {
  const found: SwarmPeersResult[] = [];
  const op = Methods.SwarmPeers;
  const request = pick<SwarmPeersRequest>(op, options, { identify: bool });
  const call = link.call(op, request, options);
  for await (const { latency, identify, ...peer } of itemsOf<SwarmPeer>(call)) {
    found.push({
      ...peer,
      direction: peer.direction as SwarmPeersResult['direction'],
      streams: peer.streams ?? [],
      limited: peer.limited ?? false,
      ...(identify && { identify: toIdentify(identify) }),
      ...(latency && { latency: `${Number(latency) / 1e6}ms` }),
    });
  }
  return found;
}

function toIdentify(id: ID): NonNullable<SwarmPeersResult['identify']> {
  return {
    ID: id.id,
    PublicKey: id.publicKey,
    Addresses: id.addresses,
    AgentVersion: id.agentVersion,
    Protocols: id.protocols,
  };
}
