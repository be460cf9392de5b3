/** How long, in ms, the person who is asked may take before that is told. */
const PATIENCE = 60_000;

/**
 * Has the browser keep what the origin stores until a person removes it
 * (https://storage.spec.whatwg.org/#persistence), and tells why it does not, if
 * so: `refused`, `unanswered` or `unsupported`. It can be asked in pages alone. Firefox asks the person, who may
 * leave the question open for ever.
 */
export async function persistStorage(
  storage: Partial<StorageManager> | undefined,
  tell: (reason: string) => void,
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
    // A task later, or whoever awaits `connect` could not listen yet.
    setTimeout(() => tell(reason));
  }
}
