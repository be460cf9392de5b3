import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sharednode } from '../src/node.js';
import { connected } from './setup.js';

/** One call: what is asked, what goes over the port, and what comes of it. */
export interface Case {
  ask: (node: Sharednode) => Promise<unknown>;
  method: string;
  request: unknown;
  /** What the server gets by the call's stream. */
  sent?: string;
  sentItems?: unknown[];
  items?: unknown[];
  data?: number[][];
  result?: unknown;
  want: unknown;
}

/** Makes a test of each case. */
export function testCases(cases: Record<string, Case>): void {
  for (const [name, c] of Object.entries(cases)) {
    test(`${name}, asked and answered`, async (t) => {
      const { node, server } = await connected(t, (call) => {
        if (!call.ended || call.answered) {
          return;
        }
        call.answered = true;
        c.items?.forEach((item) => call.item(item));
        c.data?.forEach((data) => call.data(Uint8Array.from(data)));
        call.result(c.result ?? null);
      });
      assert.deepEqual(await c.ask(node), c.want);
      const [call] = server.calls;
      assert.equal(call?.method, c.method);
      assert.deepEqual(call.request, c.request);
      assert.equal(call.bytes.toString('hex'), c.sent ?? '');
      assert.deepEqual(call.items, c.sentItems ?? []);
    });
  }
}
