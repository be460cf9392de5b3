import { Host } from './host.js';
import { randomName } from './messages.js';

/**
 * How long, in ms, the workers of a leader that was set aside may take to end
 * in order: longer than it takes the next one's worker to ask for the repo, and
 * this one's to close it.
 */
const RETIREMENT = 30_000;

/** One tab's time as the leader, with the workers that it runs. */
export class Leader {
  readonly term = randomName();
  /** This tab as Service Workers know it, once somebody needed that. */
  client = '';

  readonly #repo: string;
  readonly #onended: (url: string, failure: string) => void;
  /** By their scripts: which one has the repo they settle among themselves. */
  readonly #hosts = new Map<string, Host>();

  /**
   * @param order of the term
   * @param onended told of each worker that is no more, and why its script did
   *   not run at all, or ''
   */
  constructor(
    repo: string,
    readonly order: number,
    onended: (url: string, failure: string) => void,
  ) {
    this.#repo = repo;
    this.#onended = onended;
  }

  /** Hands a port to the worker of a script, which is started if need be. */
  take(url: string, port: MessagePort): void {
    let host = this.#hosts.get(url);
    if (host === undefined) {
      host = new Host(url, this.#repo, (failure) => {
        this.#hosts.delete(url);
        this.#onended(url, failure);
      });
      this.#hosts.set(url, host);
    }
    host.take(port);
  }

  /** Ends the workers at once: the page is being put aside. */
  end(): void {
    this.#hosts.forEach((host) => host.terminate());
    this.#hosts.clear();
  }

  /**
   * Leaves the workers to end in order: that of the next leader asks them to.
   * One that does not is ended.
   */
  retire(): void {
    setTimeout(() => this.end(), RETIREMENT);
  }
}
