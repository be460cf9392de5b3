import { iterate, stopIterating } from './content.js';

/** Gives what a server answers, which is an error unless it says that all is well. */
export async function* fetchBytes(
  url: string,
  init?: RequestInit,
): AsyncGenerator<Uint8Array, void> {
  const response = await fetch(url, init);
  if (!response.ok) {
    throw new Error(`${url}: ${response.status} ${response.statusText}`);
  }
  if (response.body === null) {
    return;
  }
  const chunks = iterate(response.body);
  try {
    for (;;) {
      const step = await chunks.next();
      if (step.done) {
        return;
      }
      yield step.value as Uint8Array;
    }
  } finally {
    stopIterating(chunks);
  }
}
