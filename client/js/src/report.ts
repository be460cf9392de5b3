/**
 * Tells the page of an error that nobody waits for, as the platform tells of
 * what a listener of an event throws.
 */
export function report(error: unknown): void {
  if (typeof reportError === 'function') {
    reportError(error);
  } else {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Calls a function of the application's; what it throws stops nothing here. */
export function callOut(
  f: () => unknown,
  onthrow: (error: unknown) => void = report,
): void {
  try {
    f();
  } catch (error) {
    onthrow(error);
  }
}
