import { type ErrorCode, messageOf } from '../errors.js';
import { type Carried, readCarried } from './messages.js';

/** How long, in ms, an answer of the Service Worker is waited for. */
const ANSWER = 3000;

/** Why ports cannot be carried here. */
export class CarrierError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/**
 * The way between tabs, by the Service Worker of port-sw.ts. Its scope is a
 * folder beside its script in which nothing lies: it controls no page, and is
 * in the way of no other Service Worker. The scope's name stays the same where
 * the script's changes, so that one version takes the place of another.
 */
export class Carrier {
  readonly #script: URL;
  readonly #container: ServiceWorkerContainer | undefined;
  readonly #onport: (carried: Carried, port: MessagePort) => void;
  #updated = false;
  #address: Promise<string> | undefined;
  #onaddress: (client: string) => void = () => {};
  #closed = false;

  /**
   * @param script the Service Worker's
   * @param onport told of each port that was carried here
   */
  constructor(
    script: URL,
    onport: (carried: Carried, port: MessagePort) => void,
  ) {
    this.#script = script;
    this.#onport = onport;
    // Absent in insecure contexts, and in private windows of some browsers.
    this.#container = navigator.serviceWorker as
      ServiceWorkerContainer | undefined;
    this.#container?.addEventListener('message', this.#receive);
    this.#container?.startMessages();
  }

  /** Sends a port, which `begin` makes once there is a way. */
  async send(begin: () => [Carried, MessagePort] | undefined): Promise<void> {
    const worker = await this.#worker();
    const parcel = begin();
    if (parcel !== undefined) {
      const [carried, port] = parcel;
      worker.postMessage(carried, [port]);
    }
  }

  /** This page as Service Workers know it, which it cannot know by itself. */
  address(): Promise<string> {
    this.#address ??= this.#ask().catch((error: unknown) => {
      this.#address = undefined;
      throw error;
    });
    return this.#address;
  }

  /** Listens no more. */
  close(): void {
    this.#closed = true;
    this.#container?.removeEventListener('message', this.#receive);
  }

  readonly #receive = (event: MessageEvent): void => {
    const message = readCarried(event.data);
    const [port] = event.ports;
    if (message?.sharednode === 'you') {
      this.#onaddress(message.client);
    } else if (message?.sharednode === 'port' && port !== undefined) {
      this.#onport(message, port);
    }
  };

  async #ask(): Promise<string> {
    while (!this.#closed) {
      const worker = await this.#worker();
      const client = await new Promise<string | undefined>((resolve) => {
        this.#onaddress = resolve;
        // It may be stopped before it answers.
        setTimeout(resolve, ANSWER);
        worker.postMessage({ sharednode: 'whoami' });
      });
      if (client !== undefined) {
        return client;
      }
    }
    throw new CarrierError('closed', 'the tab has left the election');
  }

  /** The Service Worker, which is registered first, or again. */
  async #worker(): Promise<ServiceWorker> {
    if (this.#container === undefined) {
      const message =
        'no Service Worker here: the page is in a private window, or its context is not secure';
      throw new CarrierError('not-supported', message);
    }
    const url = this.#script.href;
    try {
      const scope = new URL('sharednode-ports/', url).href;
      const registration = await this.#container.register(url, { scope });
      if (!this.#updated) {
        this.#updated = true;
        // Nothing else has the browser look for another version.
        registration.update().catch(() => {}); // the one there is will do
      }
      return await activeOf(registration);
    } catch (error) {
      // What cannot be fetched is a TypeError.
      const code =
        error instanceof TypeError ? 'worker-failed' : 'not-supported';
      const message = `the Service Worker ${url} could not be registered: ${messageOf(error)}`;
      throw new CarrierError(code, message, { url });
    }
  }
}

/** The worker of a registration that runs, once one does. */
async function activeOf(
  registration: ServiceWorkerRegistration,
): Promise<ServiceWorker> {
  for (;;) {
    const { active, installing, waiting } = registration;
    if (active !== null) {
      return active;
    }
    const coming = installing ?? waiting;
    if (coming === null) {
      throw new Error('it was not installed');
    }
    await new Promise((resolve) => {
      coming.addEventListener('statechange', resolve, { once: true });
    });
  }
}
