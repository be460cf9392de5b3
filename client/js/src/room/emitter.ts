import { callOut } from '../report.js';

type Listener = (...args: any[]) => unknown;

/**
 * The part of Node's EventEmitter that listeners use, with types. What a
 * listener throws goes to `reportError` and stops no other.
 */
export class Emitter<Events extends { [K in keyof Events]: unknown[] }> {
  readonly #listeners = new Map<keyof Events, Listener[]>();

  /** Adds a listener, called with what is told each time. */
  on<K extends keyof Events>(
    event: K,
    listener: (...args: Events[K]) => unknown,
  ): this {
    this.#listeners.set(event, [...this.#of(event), listener]);
    return this;
  }

  /** Adds a listener that is called once. */
  once<K extends keyof Events>(
    event: K,
    listener: (...args: Events[K]) => unknown,
  ): this {
    const once = Object.assign(
      (...args: Events[K]) => {
        this.off(event, once);
        return listener(...args);
      },
      { listener },
    );
    return this.on(event, once);
  }

  /** Removes a listener, of one that was added twice the last. */
  off<K extends keyof Events>(
    event: K,
    listener: (...args: Events[K]) => unknown,
  ): this {
    const listeners = this.#of(event);
    const index = listeners.findLastIndex(
      (l) => l === listener || (l as any).listener === listener,
    );
    this.#listeners.set(
      event,
      listeners.filter((_, i) => i !== index),
    );
    return this;
  }

  /** As `on`. */
  addListener<K extends keyof Events>(
    event: K,
    listener: (...args: Events[K]) => unknown,
  ): this {
    return this.on(event, listener);
  }

  /** As `off`. */
  removeListener<K extends keyof Events>(
    event: K,
    listener: (...args: Events[K]) => unknown,
  ): this {
    return this.off(event, listener);
  }

  /** Removes the listeners of an event, or of all. */
  removeAllListeners(event?: keyof Events): this {
    if (event === undefined) {
      this.#listeners.clear();
    } else {
      this.#listeners.delete(event);
    }
    return this;
  }

  /** How many listeners an event has. */
  listenerCount(event: keyof Events): number {
    return this.#of(event).length;
  }

  /** Calls the listeners of an event; says whether there were any. */
  emit<K extends keyof Events>(event: K, ...args: Events[K]): boolean {
    const listeners = this.#of(event);
    listeners.forEach((listener) => callOut(() => listener(...args)));
    return listeners.length > 0;
  }

  #of(event: keyof Events): Listener[] {
    return this.#listeners.get(event) ?? [];
  }
}
