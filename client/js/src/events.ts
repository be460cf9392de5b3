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
  /** Another worker was reached; what the last one had in memory is gone. */
  reconnect: CustomEvent<Peer>;
  /** The client was closed. */
  close: CustomEvent<null>;
  /**
   * What is no call's error: `config-conflict` where the running configuration
   * was joined, or why no worker could be reached again.
   */
  warning: CustomEvent<SharednodeError>;
}

/** An EventTarget whose events have types. */
export interface SharednodeEventTarget extends EventTarget {
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

/** EventTarget, with the events of a node. */
export const SharednodeEventTarget = EventTarget as {
  new (): SharednodeEventTarget;
  prototype: SharednodeEventTarget;
};
