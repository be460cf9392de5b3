import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { CID } from 'multiformats/cid';
import { open } from '../src/connect.js';
import { SharednodeError } from '../src/errors.js';
import { Sharednode } from '../src/node.js';
import { type FakeCall, type FakeServer, FakeWorkers } from './fake-server.js';

/** The CID of "hello world". */
export const cid = CID.parse(
  'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e',
);

/** A client and the fake server it is connected to; closed after the test. */
export async function connected(
  t: TestContext,
  handler?: (call: FakeCall) => void,
): Promise<{ node: Sharednode; server: FakeServer }> {
  const workers = new FakeWorkers();
  const node = await open(new Sharednode(workers, { config: {} }), {});
  t.after(() => node.close());
  const server = workers.last;
  server.handler = handler ?? server.handler;
  return { node, server };
}

/** Collects what an iteration gives. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) {
    items.push(item);
  }
  return items;
}

/** Waits for a promise to reject with a SharednodeError of a code. */
export async function failure(
  promise: Promise<unknown>,
  code: string,
): Promise<SharednodeError> {
  let error: unknown;
  await assert.rejects(promise, (e) => {
    error = e;
    return true;
  });
  assert(error instanceof SharednodeError, `not ours: ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}
