import type { Dialed, Route } from './dial.js';
import { type ErrorCode, SharednodeError } from './errors.js';
import type { StorageKind } from './party.js';
import type { Port } from './protocol/port.js';

/** How long, in ms, who gave a port may take to lead it to a worker. */
const PATIENCE = 20_000;

/** How long, in ms, after it was asked anew a refusal by the worker counts. */
const AGAIN = 10_000;

/** What who was given a port says on it. */
export interface Ask {
  type: 'dial';
  id: number;
}

/** What who gave it answers. Unknown messages and fields are ignored. */
export type Answer =
  /** A worker's port is transferred along. */
  | { type: 'port'; id: number; storage: StorageKind }
  /** There will be none; without an id, never again. */
  | {
      type: 'refused';
      id?: number;
      code: ErrorCode;
      message: string;
      details?: Record<string, unknown>;
    }
  /** The worker that was dialed last is gone. */
  | { type: 'gone' };

/** The way to a worker by somebody who has one: see `createPort`. */
export class PortRoute implements Route {
  readonly repo = '';
  /** The worker's locks may be another origin's. */
  readonly locks = null;
  storage: StorageKind = 'partitioned';

  readonly #port: MessagePort;
  #asked = 0;
  #answer = (_error: Error | undefined, _port?: MessagePort) => {};
  #gone = () => {};
  #refused: SharednodeError | undefined;
  #retried = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.onmessage = ({ data, ports }) => {
      this.#receive(Object(data) as Answer, ports[0]);
    };
  }

  /** Asks for a port to a worker. */
  async dial(signal: AbortSignal): Promise<Dialed> {
    if (this.#refused !== undefined) {
      throw this.#refused;
    }
    const id = ++this.#asked;
    const port = await new Promise<Port>((resolve, reject) => {
      const give = (error: unknown, port?: MessagePort) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.#answer = (_, late) => late?.close();
        if (port === undefined) {
          reject(error as Error);
        } else {
          resolve(port as Port);
        }
      };
      const abort = () => give(signal.reason);
      const timer = setTimeout(() => give(silent()), PATIENCE);
      signal.addEventListener('abort', abort);
      this.#answer = give;
      this.#port.postMessage({ type: 'dial', id } satisfies Ask);
    });
    const gone = new Promise<void>((resolve) => {
      this.#gone = resolve;
    });
    return { port, lock: '', failed: new Promise(() => {}), gone };
  }

  /** Who gave the port goes along by himself. */
  follow(): void {}

  /** Lets a port that was bound in vain be followed by another, once. */
  goHome(): boolean {
    const now = Date.now();
    const again = now - this.#retried > AGAIN;
    this.#retried = now;
    return again;
  }

  #receive(answer: Answer, port: MessagePort | undefined): void {
    if (answer.type === 'gone') {
      this.#gone();
    } else if (answer.type === 'refused') {
      const { id, code, message, details } = answer;
      const error = new SharednodeError(code, message, {
        op: 'connect',
        details,
      });
      if (id === undefined) {
        this.#refused = error;
      }
      if (id === undefined || id === this.#asked) {
        this.#answer(error);
      }
    } else if (answer.type === 'port') {
      if (answer.id === this.#asked) {
        this.storage = answer.storage;
        this.#answer(undefined, port);
      } else {
        port?.close();
      }
    }
  }
}

function silent(): SharednodeError {
  return new SharednodeError(
    'disconnected',
    'who gave the port does not answer',
    { op: 'connect' },
  );
}
