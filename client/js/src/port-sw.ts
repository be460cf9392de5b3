/**
 * The Service Worker that carries ports between tabs: of what pages have, only
 * `Client.postMessage` takes a port to another page. It remembers nothing, so
 * that it may be stopped and started at any time, and controls no page, since
 * none lies in its scope. What it understands stays understood by all later
 * versions: any version of it serves tabs of any other.
 */

import { type Carried, readCarried, type You } from './elected/messages.js';

/** What this script needs of its ServiceWorkerGlobalScope. */
interface ServiceWorkerScope {
  skipWaiting(): Promise<void>;
  clients: { get(id: string): Promise<PageClient | undefined> };
  addEventListener(
    type: 'install' | 'message',
    listener: (event: PortEvent) => void,
  ): void;
}

interface PageClient {
  readonly id: string;
  postMessage(message: Carried | You, transfer: readonly MessagePort[]): void;
}

interface PortEvent {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
  readonly source: PageClient | null;
  waitUntil(done: Promise<unknown>): void;
}

const scope = globalThis as unknown as ServiceWorkerScope;

scope.addEventListener('install', (event) => {
  // There is no page that the version before would have to stay for.
  event.waitUntil(scope.skipWaiting());
});

scope.addEventListener('message', (event) => {
  const message = readCarried(event.data);
  if (message?.sharednode === 'port') {
    event.waitUntil(carry(message, event.ports));
  } else if (message?.sharednode === 'whoami' && event.source !== null) {
    const { id } = event.source;
    event.source.postMessage({ sharednode: 'you', client: id }, []);
  }
});

/** Hands ports to a tab. If it is gone, whoever sent them hears of the next. */
async function carry(
  message: Carried,
  ports: readonly MessagePort[],
): Promise<void> {
  const client = await scope.clients.get(message.to);
  client?.postMessage(message, ports);
}
