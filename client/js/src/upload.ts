import type { Call, Upload } from './protocol/call.js';
import type { Outgoing } from './protocol/outgoing.js';
import { type Reader, stopIterating } from './sources/content.js';
/** An item, and the bytes that follow it, if there are any. */
interface Entry {
  readonly header: unknown;
  readonly content: Reader | undefined;
}

type Entries = Iterator<Entry, void> | AsyncIterator<Entry, void>;

/** Bytes, as all that a call takes. */
export function bytesUpload(bytes: Uint8Array): Upload {
  return { again: true, send: (call) => sendBytes(call, bytes) };
}

/** Entries, which can be had again if so it is said. */
export function entriesUpload(entries: () => Entries, again: boolean): Upload {
  return { again, send: (call) => sendEntries(call, entries()) };
}

/**
 * Sends entries under a call, as fast as it takes them. What goes wrong with
 * them ends the call. Nothing is awaited that need not be, so that a small
 * entry in memory leaves in the message that opens the call.
 */
async function sendEntries(call: Call, entries: Entries): Promise<void> {
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
    fail(call, outgoing, error);
  }
}

async function sendBytes(call: Call, bytes: Uint8Array): Promise<void> {
  const { outgoing } = call;
  try {
    const sent = outgoing.data(bytes);
    if (sent instanceof Promise) {
      await sent;
    }
    outgoing.end();
  } catch (error) {
    fail(call, outgoing, error);
  }
}

/** Ends a call that is still in the run of which something went wrong. */
function fail(call: Call, outgoing: Outgoing, error: unknown): void {
  if (call.outgoing === outgoing) {
    call.fail(error);
  }
}
