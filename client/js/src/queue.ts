import type { Call } from './protocol/call.js';

/**
 * The calls that were not sent yet. They leave in the order in which they came,
 * but for uploads: their number is limited, and those that have to wait for
 * each other do not hold up the rest.
 */
export class CallQueue {
  readonly #calls = new Map<number, Call>();
  readonly #uploads = new Map<number, Call>();
  #lastTicket = 0;

  /** Adds a call, which leaves by itself if it is given up. */
  add(call: Call): void {
    const ticket = ++this.#lastTicket;
    const calls = call.upload ? this.#uploads : this.#calls;
    calls.set(ticket, call);
    call.onabandon = () => calls.delete(ticket);
  }

  /** Whether a call of this kind has to queue behind others. */
  isWaiting(upload: boolean): boolean {
    return (upload ? this.#uploads : this.#calls).size > 0;
  }

  /** Removes and gives the oldest call, of those that are no upload or of all. */
  take(uploadsToo: boolean): Call | undefined {
    const [call] = this.#calls;
    const [upload] = uploadsToo ? this.#uploads : [];
    const uploadFirst = upload !== undefined && !(call && call[0] < upload[0]);
    const [ticket, next] = (uploadFirst ? upload : call) ?? [0];
    (uploadFirst ? this.#uploads : this.#calls).delete(ticket);
    return next;
  }

  /** Removes and gives all. */
  takeAll(): Call[] {
    const all = [...this.#calls.values(), ...this.#uploads.values()];
    this.#calls.clear();
    this.#uploads.clear();
    return all;
  }
}
