import type { Worker } from '../nodeapi.gen.js';

/** A worker that wants the repo asks who has it. */
export interface Ask {
  type: 'ask';
  /** Who asks. */
  worker: Worker;
}

/** What the holder has to say to one that asked. */
export interface Answer {
  type: 'answer';
  /** The epoch of the one that asked. */
  to: string;
  /** `yield`: wait, the repo will be free. `keep`: go to `worker` instead. */
  verdict: 'yield' | 'keep';
  /** The holder, or with `keep` the one that the holder makes way for. */
  worker: Worker;
}

/**
 * Reads a message of the workers' channel. What a newer version may have added
 * to one is left unread, and what is not one of these is nothing.
 */
export function readMessage(data: unknown): Ask | Answer | undefined {
  const message = mapOf(data);
  const worker = readWorker(message['worker']);
  if (worker === undefined) {
    return undefined;
  }
  const { type, to, verdict } = message;
  if (type === 'ask') {
    return { type, worker };
  }
  const isVerdict = verdict === 'yield' || verdict === 'keep';
  return type === 'answer' && typeof to === 'string' && isVerdict
    ? { type, to, verdict, worker }
    : undefined;
}

function readWorker(value: unknown): Worker | undefined {
  const { kind, url, version, epoch } = mapOf(value);
  return typeof kind === 'string' &&
    typeof url === 'string' &&
    typeof version === 'string' &&
    typeof epoch === 'string'
    ? { kind, url, version, epoch }
    : undefined;
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)
    : {};
}
