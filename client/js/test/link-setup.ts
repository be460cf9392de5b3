import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { encode } from '../src/cbor/encode.js';
import { open } from '../src/connect.js';
import type { CallOptions } from '../src/deadline.js';
import type { Hello } from '../src/nodeapi.gen.js';
import { Sharednode } from '../src/node.js';
import { FrameType } from '../src/protocol/frame.js';
import type { FakeServer, FakeWorkers } from './fake-server.js';

/** Answers a hello with a refusal. */
export const refuse =
  (code: string, details = {}) =>
  (server: FakeServer) =>
    server.send(
      FrameType.refuse,
      0,
      encode({ code, message: 'refused', details }),
    );

/** Ends the session. */
export function goodbye(server: FakeServer, code: string, details = {}): void {
  server.send(FrameType.goodbye, 0, encode({ code, message: 'bye', details }));
}

/** Opens a client that is closed after the test. */
export async function openNode(
  t: TestContext,
  workers: FakeWorkers,
  options: CallOptions = {},
  hello: Hello = { config: {} },
): Promise<Sharednode> {
  const node = new Sharednode(workers, hello);
  t.after(() => node.close());
  return open(node, options);
}

/** Waits for an event of a client and gives its detail. */
export async function told(node: Sharednode, type: string): Promise<any> {
  const [event] = (await once(node, type)) as [CustomEvent];
  return event.detail;
}
