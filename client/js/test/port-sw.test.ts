import assert from 'node:assert/strict';
import { test } from 'node:test';
import { define } from './fake-locks.js';

test('the Service Worker carries ports, and says who asks', async () => {
  const listeners: Record<string, (event: any) => void> = {};
  const posted: unknown[] = [];
  const page = (id: string) => ({
    id,
    postMessage: (...args: unknown[]) => posted.push([id, ...args]),
  });
  let skipped = false;
  define('addEventListener', (type: string, listener: () => void) => {
    listeners[type] = listener;
  });
  define('skipWaiting', async () => {
    skipped = true;
  });
  define('clients', {
    get: async (id: string) => (id === 'leader' ? page(id) : undefined),
  });
  await import('../src/port-sw.js');
  /** Tells the script of something, and waits until it is done. */
  const tell = async (type: string, event: object = {}) => {
    const until: Promise<unknown>[] = [];
    listeners[type]?.({
      ...event,
      waitUntil: (done: Promise<unknown>) => until.push(done),
    });
    await Promise.all(until);
  };

  await tell('install');
  assert(skipped);

  const source = page('tab');
  const port = { port: 1 };
  const data = { sharednode: 'port', term: 't', id: 'i', url: 'u' };
  const carry = (to: unknown) =>
    tell('message', { data: { ...data, to }, ports: [port], source });
  await carry('leader');
  assert.deepEqual(posted.splice(0), [
    ['leader', { ...data, to: 'leader' }, [port]],
  ]);
  await carry('nobody');
  await carry(5);
  await tell('message', { data: 'port', ports: [port], source });
  await tell('message', { data: null, ports: [], source });
  assert.deepEqual(posted, []);

  await tell('message', { data: { sharednode: 'whoami' }, ports: [], source });
  assert.deepEqual(posted.splice(0), [
    ['tab', { sharednode: 'you', client: 'tab' }, []],
  ]);
  const nobody = { data: { sharednode: 'whoami' }, ports: [], source: null };
  await tell('message', nobody);
  assert.deepEqual(posted, []);
});
