import { messageOf } from '../errors.js';
import { released } from '../locks.js';
import { workerName } from '../names.js';

/**
 * A dedicated Worker that the leader runs, watched over. The browser does not
 * tell a page that its worker has ended. So the script says `{type: 'started',
 * lock}` once it runs and holds a lock of its own, and `{type: 'ended'}` as its
 * last word; of any other end the lock tells. The page says `{type: 'port'}`
 * with each port.
 */
export class Host {
  readonly #worker: Worker | undefined;
  readonly #onended: (failure: string) => void;
  readonly #ended = new AbortController();
  #started = false;

  /**
   * @param onended told when the worker is no more, and why its script did not
   *   run at all, or ''
   */
  constructor(url: string, repo: string, onended: (failure: string) => void) {
    this.#onended = onended;
    try {
      this.#worker = new Worker(url, { name: workerName(repo) });
    } catch (error) {
      // Told later, as any other end.
      setTimeout(() => this.#end(messageOf(error)));
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#receive(data);
    this.#worker.onerror = (event) => {
      if (this.#started) {
        // What a script that runs throws is its own affair: it tells its tabs.
        event.preventDefault();
      } else {
        this.#end(event.message || 'it could not be loaded');
      }
    };
  }

  /** Hands the worker a port. */
  take(port: MessagePort): void {
    this.#worker?.postMessage({ type: 'port' }, [port]);
  }

  /** Ends the worker at once. */
  terminate(): void {
    this.#ended.abort();
    this.#worker?.terminate();
  }

  #receive(data: unknown): void {
    const { type, lock } = Object(data) as { type?: unknown; lock?: unknown };
    if (type === 'started' && typeof lock === 'string' && !this.#started) {
      this.#started = true;
      released(lock, this.#ended.signal).then(
        () => this.#end(''),
        () => {}, // terminated
      );
    } else if (type === 'ended') {
      this.#end('');
    }
  }

  #end(failure: string): void {
    if (!this.#ended.signal.aborted) {
      this.terminate();
      this.#onended(failure);
    }
  }
}
