// Answers /ipfs/<path> with bytes that a tab reads from the node. It cannot
// reach the node itself: a Service Worker may construct no SharedWorker.

/** The most that is sent for a range, in bytes. Players ask for what follows. */
const MOST = 4 << 20;

self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) =>
  event.waitUntil(self.clients.claim()),
);
self.addEventListener('message', () => {}); // a sign of life, which keeps this one alive

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const base = new URL('ipfs/', self.registration.scope);
  if (
    event.request.method === 'GET' &&
    url.origin === base.origin &&
    url.pathname.startsWith(base.pathname)
  ) {
    const path = decodeURIComponent(url.pathname.slice(base.pathname.length));
    event.respondWith(respond(event, path, url.searchParams));
  }
});

async function respond(event, path, query) {
  const tab = await anyTab(event.clientId);
  if (tab === undefined) {
    return new Response('No tab is open that could read this.', {
      status: 503,
    });
  }
  const range = parseRange(event.request.headers.get('Range'));
  const { port1: port, port2 } = new MessageChannel();
  tab.postMessage({ type: 'read', path, range }, [port2]);
  const head = await next(port);
  if (head.error !== undefined) {
    port.close();
    return new Response(head.error, {
      status: head.code === 'not-found' ? 404 : 400,
    });
  }
  if (range !== undefined && head.length === 0) {
    port.postMessage('stop');
    port.close();
    return new Response(null, {
      status: 416,
      headers: { 'Content-Range': `bytes */${head.size}` },
    });
  }
  let finish;
  event.waitUntil(new Promise((resolve) => (finish = resolve)));
  return new Response(bodyOf(port, finish), {
    status: range === undefined ? 200 : 206,
    headers: headersOf(head, range, query),
  });
}

/** The tab that asked, or another one, those in sight first. */
async function anyTab(clientId) {
  const asking = clientId && (await self.clients.get(clientId));
  if (asking) {
    return asking;
  }
  const tabs = await self.clients.matchAll({ type: 'window' });
  const { pathname: home } = new URL(self.registration.scope);
  const pages = ['', 'index.html', 'room.html'].map((name) => home + name);
  return tabs
    .filter(({ url }) => pages.includes(new URL(url).pathname))
    .sort(
      (a, b) =>
        (b.visibilityState === 'visible') - (a.visibilityState === 'visible'),
    )[0];
}

/** One range that begins at an offset; players ask for no others. */
function parseRange(header) {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined) {
    return undefined;
  }
  const offset = Number(from);
  const wanted = to === '' ? Infinity : Number(to) - offset + 1;
  return { offset, length: Math.min(wanted, MOST) };
}

function headersOf({ size, offset, length }, range, query) {
  const headers = new Headers({
    'Accept-Ranges': 'bytes',
    'Content-Length': length,
    'Content-Type': query.get('type') ?? 'application/octet-stream',
    // Somebody's file: it is looked at, and runs nothing.
    'Content-Security-Policy':
      "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    'X-Content-Type-Options': 'nosniff',
  });
  if (range !== undefined) {
    headers.set(
      'Content-Range',
      `bytes ${offset}-${offset + length - 1}/${size}`,
    );
  }
  if (query.has('download')) {
    const name = encodeURIComponent(query.get('filename') ?? 'file');
    headers.set('Content-Disposition', `attachment; filename*=UTF-8''${name}`);
  }
  return headers;
}

/** The bytes that come through a port, asked for one chunk at a time. */
function bodyOf(port, finish) {
  return new ReadableStream(
    {
      async pull(controller) {
        port.postMessage('next');
        const { chunk, error } = await next(port);
        if (error !== undefined) {
          stop();
          controller.error(new Error(error));
        } else if (chunk === undefined) {
          stop();
          controller.close();
        } else {
          controller.enqueue(chunk);
        }
      },
      cancel: () => stop(),
    },
    { highWaterMark: 1 },
  );

  function stop() {
    port.postMessage('stop');
    port.close();
    finish();
  }
}

function next(port) {
  return new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
  });
}
