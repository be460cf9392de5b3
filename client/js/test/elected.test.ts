import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  election,
  FakeBrowser,
  type FakeClient,
  script,
  settled,
} from './fake-tabs.js';

const greeted = 'worker: hello';

/** Silence for as long as makes a leader count as frozen, and a bit. */
const LONG = 30_000;

test('the first tab leads, and needs no Service Worker', async (t) => {
  const browser = FakeBrowser.install(t);
  const page = browser.page();
  const [a, b] = [page.dial(), page.dial()];
  await settled();
  assert.deepEqual([a.heard, b.heard], [[greeted], [greeted]]);
  assert.equal(browser.workers.length, 1);
  assert.equal(browser.worker.url, script.href);
  assert.equal(browser.worker.name, 'sharednode:r');
  assert.deepEqual(browser.registrations, []);
});

test('the ports of other tabs are carried to the leader', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second, third] = [
    browser.page(),
    browser.page(),
    browser.page(),
  ];
  first.dial();
  await settled();
  const clients = [second.dial(), third.dial(), third.dial()];
  await settled();
  assert.deepEqual(
    clients.map(({ heard }) => heard),
    clients.map(() => [greeted]),
  );
  assert.equal(browser.workers.length, 1);
  assert.equal(browser.worker.ports.length, 4);
  assert.deepEqual(browser.registrations.at(-1), {
    script: 'http://x/port-sw.js',
    scope: 'http://x/sharednode-ports/',
  });
  clients[1]?.port.postMessage(Buffer.from('more'), []);
  await settled();
  assert.equal(clients[1]?.last, 'worker: more');
  await browser.pass(LONG);
  assert.equal(browser.worker.ports.length, 4, 'sent once');
});

test('each script has a worker of its own', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  const other = second.dial(new URL('http://x/2/worker.js'));
  await settled();
  assert.deepEqual(other.heard, [greeted]);
  assert.deepEqual(
    browser.workers.map(({ url, page }) => [url, page]),
    [
      ['http://x/worker.js', first],
      ['http://x/2/worker.js', first],
    ],
  );
});

test('when the leader goes, the next in line leads', async (t) => {
  const browser = FakeBrowser.install(t);
  const pages = [browser.page(), browser.page(), browser.page()];
  const clients: FakeClient[] = [];
  for (const page of pages) {
    clients.push(page.dial());
    await settled();
  }
  pages[0]?.crash();
  await settled();
  for (const client of clients.slice(1)) {
    assert.match(client.last, /worker-moved.*kind.dedicated/s);
  }
  assert.equal(browser.running, 0, 'nobody asked for a worker');
  const again = [pages[2]?.dial(), pages[1]?.dial()];
  await settled();
  assert.deepEqual([again[0]?.heard, again[1]?.heard], [[greeted], [greeted]]);
  assert.equal(browser.running, 1);
  assert.equal(browser.worker.page, pages[1]);
});

test('a port that nobody answered goes to the next leader', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  browser.worker.silent = true;
  const client = second.dial();
  await settled();
  assert.deepEqual(browser.worker.heard, ['hello', 'hello']);
  first.crash();
  await settled();
  assert.deepEqual(client.heard, [greeted]);
  assert.equal(browser.worker.page, second);
});

for (const [hide, show] of [
  ['pagehide', 'pageshow'],
  ['freeze', 'resume'],
]) {
  test(`a leader that is put aside by ${hide} lets go`, async (t) => {
    const browser = FakeBrowser.install(t);
    const [first, second] = [browser.page(), browser.page()];
    first.dial();
    await settled();
    second.dial();
    await settled();
    first.hide(hide);
    assert.equal(browser.running, 0, 'ended before anything else happens');
    const meanwhile = first.dial();
    await settled();
    assert.deepEqual(meanwhile.heard, [], 'not while it is away');
    const client = second.dial();
    await settled();
    assert.deepEqual(client.heard, [greeted]);
    assert.equal(browser.worker.page, second);

    first.show(show);
    await settled();
    assert.deepEqual(meanwhile.heard, [greeted]);
    assert.equal(browser.running, 1);
    second.hide();
    const last = first.dial();
    await settled();
    assert.deepEqual(last.heard, [greeted]);
    assert.equal(browser.worker.page, first, 'it had queued again');
  });
}

test('a page that is shown at first is not entered twice', async (t) => {
  const browser = FakeBrowser.install(t);
  const page = browser.page();
  const client = page.dial();
  await settled();
  page.show();
  await settled();
  assert.deepEqual(client.heard, [greeted]);
  assert.equal(browser.worker.ports.length, 1);
});

test('a worker may be slow as long as its tab answers', async (t) => {
  const browser = FakeBrowser.install(t);
  browser.boot = () => {};
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  const client = second.dial();
  await browser.pass(10 * LONG);
  assert.equal(browser.workers.length, 1);
  browser.worker.start();
  await settled();
  assert.deepEqual(client.heard, [greeted]);
});

test('a leader that is frozen is set aside', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second, third] = [
    browser.page(),
    browser.page(),
    browser.page(),
  ];
  first.dial();
  await settled();
  const connected = [second.dial(), third.dial()];
  await settled();
  first.freeze();
  await browser.pass(9_000);
  assert.equal(connected[0]?.last, greeted, 'not yet');
  await browser.pass(LONG);
  for (const client of connected) {
    assert.match(client.last, /worker-moved/);
  }
  const again = [second.dial(), third.dial()];
  await settled();
  assert.deepEqual([again[0]?.heard, again[1]?.heard], [[greeted], [greeted]]);
  const { page } = browser.worker;
  assert.notEqual(page, first);

  // It wakes, and answers what it was asked as if it led.
  const { length } = browser.workers;
  first.thaw();
  const late = first.dial();
  await browser.pass(5_000);
  assert.deepEqual(late.heard, [greeted]);
  assert.equal(browser.worker.page, page);
  assert.equal(browser.workers.length, length);
  assert.deepEqual([again[0]?.heard, again[1]?.heard], [[greeted], [greeted]]);
  await browser.pass(2 * LONG);
  assert.equal(browser.running, 1, 'the first worker was ended');
});

test('of many tabs that hear nothing one leads', async (t) => {
  const browser = FakeBrowser.install(t);
  const pages = Array.from({ length: 8 }, () => browser.page());
  for (const page of pages) {
    page.dial();
    await settled();
  }
  pages[0]?.freeze();
  await browser.pass(LONG);
  const clients = pages.slice(1).map((page) => page.dial());
  await settled();
  const leads = browser.said.filter(({ type }) => type === 'lead');
  const terms = new Set(leads.map(({ term }) => term));
  assert.equal(terms.size, 2);
  assert(clients.every(({ last }) => last === greeted));
});

test('a port that the Service Worker lost is sent again', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  second.dial();
  await settled();
  browser.loses = true;
  const client = second.dial();
  await settled();
  assert.deepEqual(client.heard, []);
  browser.loses = false;
  await browser.pass(3000);
  assert.deepEqual(client.heard, [greeted]);
});

test('a Service Worker that does not say who asks is asked again', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  browser.loses = true;
  const client = second.dial();
  await settled();
  browser.loses = false;
  await browser.pass(4000);
  assert.deepEqual(client.heard, [greeted]);
});

test('a Service Worker that is being installed is waited for', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  const installing = new EventTarget();
  for (const { serviceWorker } of [first, second]) {
    assert(serviceWorker);
    serviceWorker.installing = installing;
  }
  first.dial();
  await settled();
  const client = second.dial();
  await settled();
  assert.deepEqual(client.heard, []);
  for (const { serviceWorker } of [first, second]) {
    assert(serviceWorker);
    serviceWorker.installing = null;
  }
  installing.dispatchEvent(new Event('statechange'));
  await settled();
  assert.deepEqual(client.heard, [greeted]);
});

for (const [name, spoil, says] of [
  ['the tab', 1, /^.*not-supported.*no Service Worker here/s],
  ['the leader', 0, /^.*not-supported.*cannot be reached: no Service Worker/s],
] as const) {
  test(`where ${name} can have no Service Worker`, async (t) => {
    const browser = FakeBrowser.install(t);
    const pages = [browser.page(), browser.page()] as const;
    pages[spoil].serviceWorker = undefined;
    const own = pages[0].dial();
    await settled();
    const client = pages[1].dial();
    await settled();
    assert.equal(own.last, greeted, 'a tab alone needs none');
    assert.match(client.last, says);
  });
}

test('a Service Worker that cannot be registered', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  const client = async (fault: Error) => {
    browser.fault = fault;
    const dialed = second.dial();
    await settled();
    return dialed.last;
  };
  const forbidden = new DOMException('forbidden', 'SecurityError');
  assert.match(await client(forbidden), /not-supported.*forbidden/s);
  assert.match(await client(new TypeError('404')), /cannot be reached.*404/s);
});

for (const [missing, spoil] of Object.entries({
  'Web Locks': (page: { locks: unknown }) => (page.locks = undefined),
  Worker: () => ((globalThis as any).Worker = undefined),
})) {
  test(`where there is no ${missing}`, async (t) => {
    const page = FakeBrowser.install(t).page();
    spoil(page);
    const client = page.dial();
    await settled();
    assert.match(
      client.last,
      RegExp(`not-supported.*nor ${missing} here`, 's'),
    );
  });
}

test('a script that cannot be had is told to all that wait', async (t) => {
  const browser = FakeBrowser.install(t);
  browser.boot = () => {};
  const [first, second] = [browser.page(), browser.page()];
  const waiting = [first.dial()];
  await settled();
  waiting.push(second.dial());
  await settled();
  browser.worker.fail();
  await settled();
  for (const client of waiting) {
    assert.match(client.last, /worker-failed.*http:\/\/x\/worker\.js/s);
  }
  browser.boot = (worker) => worker.start();
  const client = second.dial();
  await settled();
  assert.deepEqual(client.heard, [greeted], 'the next one tries again');
});

test('a worker that the page may not start is one that failed', async (t) => {
  const page = FakeBrowser.install(t).page();
  (globalThis as any).Worker = class {
    constructor() {
      throw new Error('policy');
    }
  };
  const client = page.dial();
  await settled();
  assert.deepEqual(client.heard, []);
  await page.browser.pass(10);
  assert.match(client.last, /worker-failed.*policy/s);
});

for (const [way, end] of Object.entries({
  'says so': (worker: FakeBrowser['worker']) => worker.say({ type: 'ended' }),
  crashes: (worker: FakeBrowser['worker']) => worker.release(),
})) {
  test(`a worker that ends and ${way} is followed by another`, async (t) => {
    const browser = FakeBrowser.install(t);
    const [first, second] = [browser.page(), browser.page()];
    first.dial();
    await settled();
    const { worker } = browser;
    worker.silent = true;
    const waits = second.dial();
    await settled();
    end(worker);
    await browser.pass(1000);
    assert.deepEqual(waits.heard, [greeted]);
    assert.notEqual(browser.worker, worker);
    const next = first.dial();
    await settled();
    assert.deepEqual(next.heard, [greeted]);
    assert.equal(browser.running, 1);
  });
}

test('what a script that runs throws ends nothing', async (t) => {
  const browser = FakeBrowser.install(t);
  const page = browser.page();
  const client = page.dial();
  await settled();
  browser.worker.fail();
  await browser.pass(1000);
  assert.deepEqual(client.heard, [greeted]);
  assert.equal(browser.workers.length, 1);
});

test('a client that is closed is not placed any more', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  browser.loses = true;
  const client = second.dial();
  await settled();
  client.port.close();
  browser.loses = false;
  await browser.pass(LONG);
  assert.equal(browser.worker.ports.length, 1);
});

test('what is not understood is ignored', async (t) => {
  const browser = FakeBrowser.install(t);
  const [first, second] = [browser.page(), browser.page()];
  first.dial();
  await settled();
  const client = second.dial();
  await settled();
  for (const page of browser.pages) {
    for (const data of [
      null,
      'lead',
      { type: 'lead', term: 'x', order: 'y' },
      { type: 'later' },
      { type: 'toString' },
      { type: 'lead', term: 'old', order: 1, client: 'x', lacks: '' },
      { type: 'ended', term: 'old', url: script.href, failure: 'x' },
    ]) {
      page.channels.forEach((channel) => channel.onmessage?.({ data }));
    }
    for (const data of [undefined, 5, { sharednode: 'port' }]) {
      page.serviceWorker?.deliver(data, []);
    }
    const stray = new MessageChannel();
    page.serviceWorker?.deliver(
      { sharednode: 'port', to: '', term: 'old', id: '', url: script.href },
      [stray.port1 as any],
    );
  }
  await browser.pass(LONG);
  assert.deepEqual(client.heard, [greeted]);
  assert.equal(browser.worker.ports.length, 2);
  assert(browser.locks.held.includes(election));
});
