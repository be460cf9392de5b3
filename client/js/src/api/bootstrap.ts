import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import { type AddrList, type Method, Methods } from '../nodeapi.gen.js';
import type { TextLike } from '../peers.js';

/** Addresses of peers, under the name that Kubo has for them. */
export interface BootstrapResult {
  /** Multiaddrs that end in `/p2p/<peer id>`. */
  Peers: string[];
}

/**
 * The peers that the node connects to and stays connected with, for all tabs.
 * What is changed here ends with the worker; `config.bootstrap` stays.
 */
export interface BootstrapAPI {
  /** Gives the list. */
  list(options?: CallOptions): Promise<BootstrapResult>;
  /**
   * Gives the address if it was not in the list.
   *
   * @throws `invalid-address`, `undialable-address`, `offline`
   */
  add(addr: TextLike, options?: CallOptions): Promise<BootstrapResult>;
  /**
   * Gives the address if it was in the list.
   *
   * @throws `invalid-address`
   */
  rm(addr: TextLike, options?: CallOptions): Promise<BootstrapResult>;
  /** Gives those that were removed, which are all. */
  clear(options?: CallOptions): Promise<BootstrapResult>;
  /** Makes the list what it was when the node started. */
  reset(options?: CallOptions): Promise<BootstrapResult>;
}

/** The calls on the list of peers to stay connected with. */
export function bootstrapAPI({ link, toAddr }: Core): BootstrapAPI {
  const ask = async (
    op: Method,
    request: unknown,
    options: CallOptions = {},
  ) => {
    const { addrs } = await link.ask<AddrList>(op, request, options);
    return { Peers: addrs };
  };
  const change = async (op: Method, addr: TextLike, options?: CallOptions) =>
    ask(op, { addr: toAddr(addr, op) }, options);
  return {
    list: (options) => ask(Methods.BootstrapList, null, options),
    add: (addr, options) => change(Methods.BootstrapAdd, addr, options),
    rm: (addr, options) => change(Methods.BootstrapRemove, addr, options),
    clear: (options) => ask(Methods.BootstrapClear, null, options),
    reset: (options) => ask(Methods.BootstrapReset, null, options),
  };
}
