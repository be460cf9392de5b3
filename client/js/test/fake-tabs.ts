import { mock, type TestContext } from 'node:test';
import { Tab } from '../src/elected/tab.js';
import { define, FakeLocks } from './fake-locks.js';

/** The worker's script in these tests. */
export const script = new URL('http://x/worker.js');

/** The name of the election. */
export const election = 'sharednode:r:leader';

/** An origin's tabs, with what the browser has for them in common. */
export class FakeBrowser {
  readonly locks: FakeLocks;
  readonly pages: FakePage[] = [];
  /** Every Worker that was started. */
  readonly workers: FakeWorker[] = [];
  /** What scripts that are started do first. */
  boot: (worker: FakeWorker) => void = (worker) => worker.start();
  /** Messages to Service Workers. */
  readonly posted: any[] = [];
  /** Whether the Service Worker loses what it is sent. */
  loses = false;
  /** Ends registering. */
  fault: Error | undefined;
  registrations: { script: string; scope: string }[] = [];
  /** What pages say to each other. */
  readonly said: any[] = [];

  private constructor(t: TestContext) {
    this.locks = FakeLocks.install(t);
    const browser = this;
    define('BroadcastChannel', FakeChannel);
    define(
      'Worker',
      class extends FakeWorker {
        constructor(url: string, { name }: { name: string }) {
          super(url, name);
          browser.workers.push(this);
          setImmediate(() => browser.boot(this));
        }
      },
    );
    t.after(() => {
      this.pages.forEach((page) => page.close());
      this.workers.forEach((worker) => worker.terminate());
      ['BroadcastChannel', 'Worker'].forEach((name) => define(name, undefined));
    });
  }

  static install(t: TestContext): FakeBrowser {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    return new FakeBrowser(t);
  }

  /** Opens a tab. */
  page(): FakePage {
    const page = new FakePage(this, `client-${this.pages.length}`);
    this.pages.push(page);
    return page;
  }

  /** The Worker that was started last. */
  get worker(): FakeWorker {
    return this.workers.at(-1) as FakeWorker;
  }

  /** How many Workers run. */
  get running(): number {
    return this.workers.filter((worker) => !worker.ended).length;
  }

  /** Lets time pass, and what then happens happen. */
  async pass(ms: number): Promise<void> {
    for (const end = ms; ms > 0; ms -= 500) {
      mock.timers.tick(Math.min(ms, 500, end));
      await settled();
    }
  }
}

/** Waits until all has been said that there is to say. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

let current: FakePage | undefined;

/** One tab, whose code runs in `as`. */
export class FakePage {
  readonly channels = new Set<FakeChannel>();
  serviceWorker: FakeContainer | undefined;
  locks: object | undefined;
  #frozen: (() => void)[] | undefined;
  readonly #clients: FakeClient[] = [];
  readonly #tab: Tab;
  readonly #events = new EventTarget();

  constructor(
    readonly browser: FakeBrowser,
    readonly id: string,
  ) {
    this.serviceWorker = new FakeContainer(this);
    this.locks = this.#locks();
    this.#tab = this.as(() => new Tab('r', new URL('http://x/port-sw.js')));
  }

  /** Runs code as this page. */
  as<T>(run: () => T): T {
    current = this;
    const { serviceWorker, locks } = this;
    define('navigator', { locks, serviceWorker });
    const listen = (...args: Parameters<EventTarget['addEventListener']>) =>
      this.#events.addEventListener(...args);
    define('addEventListener', listen);
    define('document', { addEventListener: listen });
    return run();
  }

  /** Begins a way to the worker. */
  dial(url = script): FakeClient {
    const client = new FakeClient(this.as(() => this.#tab.dial(url)).port);
    this.#clients.push(client);
    return client;
  }

  /** Delivers a task, later if the page is frozen. */
  task(run: () => void): void {
    if (this.#frozen !== undefined) {
      this.#frozen.push(run);
    } else {
      setImmediate(() => this.as(run));
    }
  }

  /** Ends what would keep the tests from ending. */
  close(): void {
    this.#clients.forEach(({ port }) => port.close());
    this.hide();
  }

  /** The page is put aside, and told. */
  hide(event = 'pagehide'): void {
    this.as(() => this.#events.dispatchEvent(new Event(event)));
  }

  show(event = 'pageshow'): void {
    this.as(() => this.#events.dispatchEvent(new Event(event)));
  }

  /** Nothing of the page runs any more, and it is not told. */
  freeze(): void {
    this.#frozen ??= [];
  }

  /** What the frozen page missed happens. */
  thaw(): void {
    const missed = this.#frozen ?? [];
    this.#frozen = undefined;
    missed.forEach((run) => this.task(run));
  }

  /** The page is no more, with the Workers that it ran. */
  crash(): void {
    this.freeze();
    this.browser.workers
      .filter(({ page }) => page === this)
      .forEach((worker) => worker.terminate());
    void this.browser.locks.request(election, { steal: true }, () => undefined);
  }

  /** The locks as this page has them: what happens to them it hears as a task. */
  #locks(): object {
    const locks = this.browser.locks.of(this.id);
    const asTask = <T>(run: () => T) =>
      new Promise<T>((resolve) => this.task(() => resolve(run())));
    return {
      request: (name: string, options: LockOptions, run: () => unknown) =>
        locks
          .request(name, options, () => asTask(run))
          .then(
            () => asTask(() => undefined),
            (error: unknown) => asTask(() => Promise.reject(error as Error)),
          ),
    };
  }
}

/** A client's end of a port that a tab gave it. */
export class FakeClient {
  readonly heard: string[] = [];

  constructor(readonly port: any) {
    port.onmessage = ({ data }: { data: Uint8Array }) => {
      this.heard.push(Buffer.from(data).toString('latin1'));
    };
    port.postMessage(Buffer.from('hello'), []);
  }

  /** The last that was heard. */
  get last(): string {
    return this.heard.at(-1) ?? '';
  }
}

class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly #page = current as FakePage;

  constructor(readonly name: string) {
    this.#page.channels.add(this);
  }

  postMessage(data: unknown): void {
    const { browser } = this.#page;
    browser.said.push(data);
    for (const page of browser.pages.filter((p) => p !== this.#page)) {
      for (const channel of page.channels) {
        page.task(() => channel.onmessage?.({ data }));
      }
    }
  }

  close(): void {
    this.#page.channels.delete(this);
  }
}

/** A dedicated Worker. It greets each port that it is handed. */
class FakeWorker {
  readonly page = current as FakePage;
  readonly ports: MessagePort[] = [];
  /** What was heard on the ports. */
  readonly heard: string[] = [];
  onmessage: ((event: { data: unknown }) => void) | undefined;
  onerror:
    ((event: { message: string; preventDefault(): void }) => void) | undefined;
  /** Whether it answers. */
  silent = false;
  ended = false;
  #running = false;
  readonly #missed: MessagePort[] = [];

  constructor(
    readonly url: string,
    readonly name: string,
  ) {}

  /** The script runs. */
  start(): void {
    this.#running = true;
    this.release = this.page.browser.locks.hold(this.lock);
    this.say({ type: 'started', lock: this.lock });
    this.#missed.splice(0).forEach((port) => this.#take(port));
  }

  readonly lock = `lock-${Math.random()}`;
  /** Gives up the lock that the script holds. */
  release = () => {};

  /** Says something to the page. */
  say(data: unknown): void {
    this.page.task(() => this.onmessage?.({ data }));
  }

  /** The script could not be had. */
  fail(): void {
    const event = { message: '', preventDefault: () => {} };
    this.page.task(() => this.onerror?.(event));
  }

  postMessage(data: { type: string }, [port]: MessagePort[]): void {
    if (data.type === 'port' && port !== undefined && !this.ended) {
      this.#missed.push(port);
      if (this.#running) {
        this.#missed.splice(0).forEach((p) => this.#take(p));
      }
    }
  }

  terminate(): void {
    this.ended = true;
    this.release();
    this.ports.forEach((port) => port.close());
  }

  #take(port: MessagePort): void {
    this.ports.push(port);
    port.onmessage = ({ data }) => {
      const text = Buffer.from(data as Uint8Array).toString('latin1');
      this.heard.push(text);
      if (!this.silent) {
        port.postMessage(Buffer.from(`worker: ${text}`));
      }
    };
  }
}

/** `navigator.serviceWorker`, with a worker like port-sw.ts. */
export class FakeContainer extends EventTarget {
  /** A registration whose Service Worker is not active yet. */
  installing: EventTarget | null = null;

  constructor(readonly page: FakePage) {
    super();
  }

  startMessages(): void {}

  async register(script: string, { scope }: { scope: string }) {
    const { browser } = this.page;
    if (browser.fault !== undefined) {
      throw browser.fault;
    }
    browser.registrations.push({ script, scope });
    const postMessage = (message: any, ports: MessagePort[] = []) =>
      this.#carry(message, ports);
    const { installing } = this;
    const container = this;
    return {
      get active() {
        return container.installing === null ? { postMessage } : null;
      },
      installing,
      update: async () => {},
    };
  }

  #carry(message: any, ports: MessagePort[]): void {
    const { browser } = this.page;
    browser.posted.push(message);
    if (browser.loses) {
      return;
    }
    if (message.sharednode === 'whoami') {
      this.deliver({ sharednode: 'you', client: this.page.id }, []);
    } else {
      const to = browser.pages.find(({ id }) => id === message.to);
      to?.serviceWorker?.deliver(message, ports);
    }
  }

  deliver(data: unknown, ports: MessagePort[]): void {
    this.page.task(() =>
      this.dispatchEvent(Object.assign(new Event('message'), { data, ports })),
    );
  }
}
