import { SharednodeError } from './errors.js';

/** How long, in ms, the person who is asked may take before that is told. */
const PATIENCE = 60_000;

/**
 * Has the browser keep what the origin stores until a person removes it
 * (https://storage.spec.whatwg.org/#persistence), and fires `warning` if it
 * does not. It can be asked in pages alone. Firefox asks the person, who may
 * leave the question open for ever.
 */
export async function persistStorage(
  target: EventTarget,
  storage: Partial<StorageManager> | undefined,
): Promise<void> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const reason = await Promise.race([
    storage?.persist?.().then(
      (kept) => kept || 'refused',
      () => 'refused',
    ) ?? 'unsupported',
    new Promise<string>((resolve) => {
      late = setTimeout(() => resolve('unanswered'), PATIENCE);
    }),
  ]);
  clearTimeout(late);
  if (reason !== true) {
    const detail = new SharednodeError(
      'not-persisted',
      `the browser may evict what is stored: ${reason}`,
      { op: 'connect', details: { reason } },
    );
    // A task later, or whoever awaits `connect` could not listen yet.
    setTimeout(() =>
      target.dispatchEvent(new CustomEvent('warning', { detail })),
    );
  }
}
