import type { SharednodeError } from './errors.js';
import type { Config } from './nodeapi.gen.js';

/** Which node, in which start of the worker, a client talks to. */
export interface Peer {
  /** The node's PeerId. */
  readonly peerId: string;
  /** Names this start of the worker. */
  readonly epoch: string;
  /** The configuration in force. */
  readonly config: Readonly<Config>;
}

/** The events of a node. */
export interface SharednodeEvents {
  /** The first worker was reached. */
  connect: CustomEvent<Peer>;
  /**
   * Another worker was reached, once for each; what the last one had in memory
   * is gone.
   */
  reconnect: CustomEvent<Peer>;
  /** The client was closed. */
  close: CustomEvent<null>;
  /**
   * What is no call's error: `config-conflict` where the running configuration
   * was joined, or an older worker does not know a field; `repo-lost` where the
   * repo is another one than before; `storage-low`; why no worker could be
   * reached again; messages that were lost; and what else the node warns of.
   * The first listener is told of those that came before it, too.
   */
  warning: CustomEvent<SharednodeError>;
  /**
   * A peer was connected. The first listener of these two events is told of
   * those that are connected already as well.
   */
  'peer:connect': CustomEvent<string>;
  /** A peer's last connection has ended, or the worker has, and all with it. */
  'peer:disconnect': CustomEvent<string>;
}

/** An EventTarget whose events have types. */
export interface SharednodeEventTarget extends EventTarget {
  /** @internal */
  listened(type: string): void;
  addEventListener<K extends keyof SharednodeEvents>(
    type: K,
    listener: ((event: SharednodeEvents[K]) => unknown) | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  removeEventListener<K extends keyof SharednodeEvents>(
    type: K,
    listener: ((event: SharednodeEvents[K]) => unknown) | null,
    options?: EventListenerOptions | boolean,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void;
}

/** An EventTarget that knows what is listened to. */
class Listened extends EventTarget {
  /** Told of each listener that is added. */
  listened(_type: string): void {}

  override addEventListener(
    ...args: Parameters<EventTarget['addEventListener']>
  ): void {
    super.addEventListener(...args);
    this.listened(args[0]);
  }
}

/** EventTarget, with the events of a node. */
export const SharednodeEventTarget = Listened as {
  new (): SharednodeEventTarget;
  prototype: SharednodeEventTarget;
};
