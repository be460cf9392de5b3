import type { Dialed } from '../dial.js';
import { scriptLock, workerName } from '../names.js';
import { Dial } from './dial.js';
import { Election } from './election.js';

/**
 * A tab, as far as one repo goes: its clients' ports, and its part in the
 * election, which it leaves whenever the page is put aside.
 */
export class Tab {
  readonly #repo: string;
  readonly #script: URL;
  readonly #dials = new Set<Dial>();
  #election: Election | undefined;
  #away = false;

  /** @param script the Service Worker's */
  constructor(repo: string, script: URL) {
    this.#repo = repo;
    this.#script = script;
    const leave = () => this.#leave();
    const enter = () => this.#comeBack();
    globalThis.addEventListener?.('pagehide', leave);
    globalThis.addEventListener?.('pageshow', enter);
    globalThis.document?.addEventListener('freeze', leave);
    globalThis.document?.addEventListener('resume', enter);
  }

  /** Begins a way to the worker of a script. */
  dial(url: URL): Dialed {
    const dial = new Dial(url.href, () => this.#dials.delete(dial));
    this.#dials.add(dial);
    if (!this.#away) {
      this.#enter(dial);
    }
    return {
      port: dial,
      lock: scriptLock(workerName(this.#repo), url.href),
      failed: new Promise(() => {}), // told on the port
    };
  }

  #enter(dial: Dial): void {
    const { locks } = (globalThis.navigator ?? {}) as Partial<Navigator>;
    if (locks === undefined || typeof Worker === 'undefined') {
      const missing = locks === undefined ? 'Web Locks' : 'Worker';
      dial.fail('not-supported', `neither SharedWorker nor ${missing} here`);
    } else if (this.#election === undefined) {
      this.#election = new Election(
        locks,
        this.#repo,
        this.#script,
        this.#dials,
      );
    } else {
      this.#election.place(dial);
    }
  }

  /** Nothing of this page runs any more, so that it must hold up nobody. */
  #leave(): void {
    this.#away = true;
    this.#election?.close();
    this.#election = undefined;
  }

  #comeBack(): void {
    const [dial] = this.#dials;
    if (this.#away && dial !== undefined) {
      this.#enter(dial); // the election takes up all of them
    }
    this.#away = false;
  }
}
