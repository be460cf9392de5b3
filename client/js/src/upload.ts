import type { Call } from './protocol/call.js';
import { type Reader, stopIterating } from './sources/content.js';
import type { Entry } from './sources/entry.js';

type Entries = Iterator<Entry, void> | AsyncIterator<Entry, void>;

/**
 * Sends entries under a call, as fast as it takes them. What goes wrong with
 * them ends the call. Nothing is awaited that need not be, so that a small
 * entry in memory leaves in the message that opens the call.
 */
export async function upload(call: Call, entries: Entries): Promise<void> {
  const { outgoing } = call;
  let reader: Reader | undefined;
  const stop = () => {
    reader?.cancel();
    stopIterating(entries);
  };
  outgoing.onstop = stop;
  try {
    for (;;) {
      const next = entries.next();
      const step = next instanceof Promise ? await next : next;
      if (step.done) {
        outgoing.end();
        return;
      }
      reader = step.value.content;
      let sent = outgoing.item(step.value.header);
      for (;;) {
        if (!(sent instanceof Promise ? await sent : sent)) {
          stop(); // the call has ended, perhaps before it was begun
          return;
        }
        const read = reader?.next();
        const bytes = read instanceof Promise ? await read : read;
        if (bytes === undefined) {
          break;
        }
        sent = outgoing.data(bytes);
      }
    }
  } catch (error) {
    stop();
    call.fail(error);
  }
}

/** Sends bytes as all that a call takes. */
export async function uploadBytes(
  call: Call,
  bytes: Uint8Array,
): Promise<void> {
  try {
    const sent = call.outgoing.data(bytes);
    if (sent instanceof Promise) {
      await sent;
    }
    call.outgoing.end();
  } catch (error) {
    call.fail(error);
  }
}
