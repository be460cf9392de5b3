import { connect, SharednodeError } from 'sharednode';
import type { Sharednode } from '../node.js';
import type { Grants } from '../nodeapi.gen.js';
import { type Knock, type Reply, VERSION } from './messages.js';

/** How long, in ms, a hub that has loaded may take to say that it is one. */
const PATIENCE = 10_000;

/** What the hub needs where somebody has its frame sandboxed, to answer at all. */
const NEEDS = ['allow-scripts', 'allow-same-origin'];

/** Options of {@link connectHub}. */
export interface ConnectHubOptions {
  /**
   * What this page wants to do with the node, all of it at once; nothing is
   * granted that is not named.
   */
  want?: Grants | undefined;
  /**
   * Where the hub's frame is put, the end of the page unless set. It shows itself
   * only while it has something to be clicked.
   */
  container?: Element | undefined;
  /** Gives it up; afterwards it closes the client. */
  signal?: AbortSignal | undefined;
  /**
   * Fails with code `timeout` after so many milliseconds. A person may be asked,
   * who takes time.
   */
  timeout?: number | undefined;
}

/**
 * Connects to the node of another origin by its hub, and gives the same client as
 * `connect` does. `storage` of that tells which node of the other origin it is:
 * browsers give frames of a hub one for each site, unless they are allowed to
 * share it.
 *
 * @param url the hub's page: `https://hub.example/hub.html`
 * @throws `hub-failed`, `hub-refused`, `grants-denied`, `timeout`
 *
 * @example
 * const node = await connectHub('https://hub.example/hub.html', {
 *   want: { read: true, add: true, rooms: ['chess/'] },
 * });
 */
export async function connectHub(
  url: URL | string,
  options: ConnectHubOptions = {},
): Promise<Sharednode> {
  const { want = {}, container = document.body, signal, timeout } = options;
  signal?.throwIfAborted();
  if (self.origin === 'null') {
    throw new SharednodeError(
      'hub-refused',
      'this page is sandboxed, without allow-same-origin: no hub could tell who asks',
      { op: 'connectHub', details: { reason: 'opaque' } },
    );
  }
  const hub = new URL(url, location.href);
  const frame = makeFrame(hub);
  const bounds = new AbortController();
  const abort = () => bounds.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  const timer =
    timeout === undefined
      ? undefined
      : setTimeout(() => bounds.abort(tooLate(timeout)), timeout);
  try {
    const asked = ask(frame, hub, want, bounds.signal);
    container.append(frame);
    const port = await asked;
    const node = await connect({ port, signal: bounds.signal });
    const close = () => void node.close();
    signal?.addEventListener('abort', close);
    node.addEventListener('close', () => {
      signal?.removeEventListener('abort', close);
      frame.remove();
    });
    return node;
  } catch (error) {
    frame.remove();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function makeFrame(hub: URL): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.src = hub.href;
  frame.title = `Access to ${hub.host}`;
  frame.allow = 'storage-access';
  frame.referrerPolicy = 'no-referrer';
  const { style } = frame;
  style.display = 'none';
  style.border = '0';
  style.width = '100%';
  style.height = '7rem';
  return frame;
}

/** Knocks at the hub once it has loaded, and waits for its port. */
function ask(
  frame: HTMLIFrameElement,
  hub: URL,
  want: Grants,
  signal: AbortSignal,
): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  return new Promise<MessagePort>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    let silence: ReturnType<typeof setTimeout>;
    port1.onmessage = ({ data, ports: [port] }) => {
      const reply = Object(data) as Reply;
      clearTimeout(silence);
      if (reply.type === 'show' || reply.type === 'hide') {
        frame.style.display = reply.type === 'show' ? 'block' : 'none';
      } else if (reply.type === 'granted' && port !== undefined) {
        resolve(port);
      } else if (reply.type === 'refused') {
        const { code, message, details } = reply;
        reject(
          new SharednodeError(code, message, { op: 'connectHub', details }),
        );
      }
    };
    const onload = () => {
      if (isConfined(frame)) {
        const why = ': its frame is sandboxed, and needs ';
        reject(noHub(hub, why + NEEDS.join(' and ')));
        return;
      }
      const knock: Knock = { sharednode: 'hub', version: VERSION, want };
      try {
        // Whatever else the frame has loaded does not get it.
        frame.contentWindow?.postMessage(knock, hub.origin, [port2]);
      } catch (error) {
        reject(error); // a want that cannot be sent
      }
      silence = setTimeout(() => reject(noHub(hub)), PATIENCE);
    };
    frame.addEventListener('load', onload, { once: true });
  }).finally(() => {
    frame.style.display = 'none';
    port1.close();
  });
}

/** Whether a frame is sandboxed so that the hub has no storage, nor its own scripts. */
function isConfined(frame: HTMLIFrameElement): boolean {
  return (
    frame.hasAttribute('sandbox') &&
    !NEEDS.every((right) => frame.sandbox.contains(right))
  );
}

function noHub({ href }: URL, why = ''): SharednodeError {
  return new SharednodeError('hub-failed', `no hub answers at ${href}${why}`, {
    op: 'connectHub',
    details: { url: href },
  });
}

function tooLate(timeout: number): SharednodeError {
  return new SharednodeError('timeout', `no answer within ${timeout} ms`, {
    op: 'connectHub',
    details: { timeout },
  });
}
