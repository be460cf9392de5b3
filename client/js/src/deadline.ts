import { SharednodeError } from './errors.js';
import { checkOptions, invalidOption } from './options.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * Ends the call with code `timeout` after so many milliseconds, or so long
   * as text says: `'500ms'`, `'10s'`, `'2m'`.
   */
  timeout?: number | string | undefined;
}

const units: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3600_000,
};

/** The longest time that timers take: about 24 days. */
const MAX_DELAY = 0x7fffffff;

/**
 * Calls `end` with the reason once the signal aborts or the timeout passes,
 * at once if it has aborted already. What is returned stops the watch.
 */
export function watch(
  options: CallOptions,
  op: string,
  end: (reason: unknown) => void,
): () => void {
  checkOptions(op, options);
  const { signal, timeout } = options;
  if (signal === undefined && timeout === undefined) {
    return nothing;
  }
  checkSignal(signal, op);
  const delay = milliseconds(timeout, op);
  if (signal?.aborted) {
    end(signal.reason);
    return nothing;
  }

  const onabort = () => end(signal?.reason);
  signal?.addEventListener('abort', onabort, { once: true });
  const timer =
    delay === undefined
      ? undefined
      : setTimeout(() => {
          end(
            new SharednodeError('timeout', `no answer within ${delay} ms`, {
              op,
              details: { timeout: delay },
            }),
          );
        }, delay);
  return () => {
    signal?.removeEventListener('abort', onabort);
    clearTimeout(timer);
  };
}

/**
 * Makes one signal of a signal and a timeout; `release` stops what they do to
 * it.
 */
export function bounded(
  options: CallOptions,
  op: string,
): { signal: AbortSignal; release: () => void } {
  const bound = new AbortController();
  const release = watch(options, op, (reason) => bound.abort(reason));
  return { signal: bound.signal, release };
}

/** Waits for a promise for no longer than options let a call last. */
export function within<T>(
  options: CallOptions,
  op: string,
  promise: Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const unwatch = watch(options, op, reject);
    promise.then(resolve, reject).finally(unwatch);
  });
}

function nothing(): void {}

function checkSignal(signal: unknown, op: string): void {
  // By shape, since the signal may be another realm's or a polyfill's.
  if (
    signal !== undefined &&
    typeof (signal as AbortSignal | null)?.addEventListener !== 'function'
  ) {
    throw invalidOption(op, 'signal', signal);
  }
}

/** Reads a time in ms, or as text: `'500ms'`, `'10s'`. */
export function milliseconds(
  timeout: number | string | undefined,
  op: string,
  option = 'timeout',
): number | undefined {
  if (timeout === undefined || timeout === Infinity) {
    return undefined;
  }
  let delay: unknown = timeout;
  if (typeof timeout === 'string') {
    const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(timeout) ?? [];
    delay = count && Number(count) * (units[unit ?? 'ms'] ?? NaN);
  }
  if (typeof delay !== 'number' || !(delay >= 0)) {
    throw invalidOption(op, option, timeout);
  }
  return Math.min(delay, MAX_DELAY);
}
