import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Worker } from '../src/nodeapi.gen.js';
import { Arbitration, type WorkerChannel } from '../src/worker/arbitration.js';
import { RepoLock } from '../src/worker/repo-lock.js';
import { FakeLocks } from './fake-locks.js';

const REPO = 'sharednode:r';

/** What BroadcastChannels of one name do, and can be kept from doing. */
class Air {
  readonly said: unknown[] = [];
  #channels = new Set<FakeChannel>();

  channel(): FakeChannel {
    const channel = new FakeChannel((message, from) =>
      this.send(message, from),
    );
    this.#channels.add(channel);
    return channel;
  }

  send(message: unknown, from?: FakeChannel): void {
    this.said.push(message);
    for (const channel of this.#channels) {
      if (channel !== from) {
        queueMicrotask(() => channel.hear(structuredClone(message)));
      }
    }
  }
}

class FakeChannel implements WorkerChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  frozen = false;
  #closed = false;
  readonly #send: (message: unknown, from: FakeChannel) => void;

  constructor(send: (message: unknown, from: FakeChannel) => void) {
    this.#send = send;
  }

  hear(data: unknown): void {
    if (!this.frozen && !this.#closed) {
      this.onmessage?.({ data });
    }
  }

  postMessage(message: unknown): void {
    assert(!this.#closed, 'a message on a closed channel');
    this.#send(message, this);
  }

  close(): void {
    this.#closed = true;
  }
}

/** One origin with its workers, and a clock of the test's own. */
class Origin {
  readonly locks = new FakeLocks();
  readonly air = new Air();
  readonly #t: TestContext;
  #now = 0;

  constructor(t: TestContext) {
    this.#t = t;
    t.mock.timers.enable({ apis: ['setInterval'] });
    t.mock.method(performance, 'now', () => this.#now);
  }

  start(
    version: string,
    url = `http://x/${version}/worker.js`,
    kind = 'shared',
  ): Party {
    return new Party(this, { version, url, kind });
  }

  /** Lets time pass, and all that comes of it. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.#now += Math.min(left, 100);
      this.#t.mock.timers.tick(Math.min(left, 100));
      await settled();
    }
    await settled();
  }
}

/** A worker's part, and what became of it. */
class Party {
  readonly worker: Worker;
  readonly channel: FakeChannel;
  readonly arbitration: Arbitration;
  /** 'waits', 'holds', 'failed', or the epoch of the one it was sent to. */
  outcome = 'waits';
  yields: Worker[] = [];
  lost = 0;
  static #epochs = 0;

  constructor(origin: Origin, worker: Omit<Worker, 'epoch'>) {
    const epoch = `e${++Party.#epochs}`;
    this.worker = { ...worker, epoch };
    this.channel = origin.air.channel();
    this.arbitration = new Arbitration(
      this.worker,
      new RepoLock(origin.locks.of(epoch), REPO, `${REPO}:${epoch}`),
      this.channel,
      {
        onyield: (worker) => this.yields.push(worker),
        onlost: () => this.lost++,
      },
    );
    this.arbitration.run().then(
      (holder) => (this.outcome = holder?.epoch ?? 'holds'),
      () => (this.outcome = 'failed'),
    );
  }
}

/** Lets all that waits for nothing but its turn have it. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('the only worker has the repo at once', async (t) => {
  const origin = new Origin(t);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  assert.equal(a.outcome, 'holds');
  assert(a.arbitration.isFresh());
  assert(await a.arbitration.confirm());
  a.arbitration.release();
  await origin.pass(0);
  assert.deepEqual(origin.locks.held, []);
  assert(!a.arbitration.isFresh());
  assert(!(await a.arbitration.confirm()));
});

for (const [name, version] of [
  ['as old', '1.0.0'],
  ['older', '0.9.9'],
  ['of no version', 'what'],
] as const) {
  test(`a worker that is ${name} is sent to the holder`, async (t) => {
    const origin = new Origin(t);
    const a = origin.start('1.0.0');
    await origin.pass(0);
    const b = origin.start(version);
    await origin.pass(0);
    assert.equal(b.outcome, a.worker.epoch);
    assert.deepEqual(a.yields, []);
    // What it queued for is not granted later.
    b.arbitration.release();
    a.arbitration.release();
    await origin.pass(0);
    assert.deepEqual(origin.locks.held, []);
  });
}

test('a newer worker gets the repo when the holder has let go', async (t) => {
  const origin = new Origin(t);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  const b = origin.start('1.0.1');
  await origin.pass(30_000);
  assert.deepEqual(a.yields, [b.worker], 'told once, however often it asks');
  assert.equal(b.outcome, 'waits', 'a holder that drains is left alone');
  assert(a.arbitration.isFresh(), 'which may write meanwhile');
  a.arbitration.release();
  await origin.pass(0);
  assert.equal(b.outcome, 'holds');
  assert.equal(a.lost, 0);
});

test('who asks a holder that yields is judged by the successor', async (t) => {
  const origin = new Origin(t);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  const b = origin.start('2.0.0');
  await origin.pass(0);
  const older = origin.start('1.5.0');
  const newest = origin.start('3.0.0');
  await origin.pass(2000);
  assert.equal(older.outcome, b.worker.epoch);
  assert.equal(newest.outcome, 'waits');
  assert.deepEqual(a.yields, [b.worker]);
  a.arbitration.release();
  await origin.pass(2000);
  assert.equal(b.outcome, 'holds');
  assert.deepEqual(b.yields, [newest.worker]);
  b.arbitration.release();
  await origin.pass(0);
  assert.equal(newest.outcome, 'holds');
});

test('a holder that ends gives way to one that waits', async (t) => {
  const origin = new Origin(t);
  const release = origin.locks.hold(REPO); // its worker says nothing
  const a = origin.start('1.0.0');
  await origin.pass(5000);
  assert.equal(a.outcome, 'waits');
  release();
  await origin.pass(0);
  assert.equal(a.outcome, 'holds');
});

test('the lock of a holder that says nothing is stolen', async (t) => {
  const origin = new Origin(t);
  const frozen = origin.start('1.0.0');
  await origin.pass(0);
  frozen.channel.frozen = true;
  const b = origin.start('1.0.0');
  await origin.pass(0);
  await origin.pass(9900);
  assert.equal(b.outcome, 'waits');
  await origin.pass(100);
  assert.equal(b.outcome, 'holds');
  assert.equal(frozen.lost, 1);
  assert(!frozen.arbitration.isFresh());
  const c = origin.start('1.0.0');
  await origin.pass(0);
  assert.equal(c.outcome, b.worker.epoch);
});

test('a holder that answers at last is not stolen from', async (t) => {
  const origin = new Origin(t);
  const slow = origin.start('1.0.0');
  await origin.pass(0);
  slow.channel.frozen = true;
  const b = origin.start('2.0.0');
  await origin.pass(8000);
  slow.channel.frozen = false;
  await origin.pass(9000);
  assert.deepEqual(slow.yields, [b.worker]);
  assert.equal(b.outcome, 'waits');
  slow.channel.frozen = true; // it drains, and is frozen while it does
  await origin.pass(11_000);
  assert.equal(b.outcome, 'holds');
  assert.equal(slow.lost, 1);
});

test('of two that steal at once one remains', async (t) => {
  const origin = new Origin(t);
  origin.locks.hold(REPO);
  const [a, b] = [origin.start('1.0.0'), origin.start('1.0.0')];
  await origin.pass(12_000);
  const holders = [a, b].filter(({ arbitration }) => arbitration.isFresh());
  assert.equal(holders.length, 1);
  assert.equal(a.lost + b.lost, 1);
});

test('a lock that was lost as it was granted is not held', async (t) => {
  const origin = new Origin(t);
  const release = origin.locks.hold(REPO);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  const { query } = origin.locks;
  origin.locks.query = async () => ({ held: [] });
  release();
  await origin.pass(0);
  origin.locks.query = query;
  assert.equal(a.outcome, 'waits');
  assert.equal(a.lost, 1);
});

test('where the browser does not tell who holds a lock its news do', async (t) => {
  const origin = new Origin(t);
  origin.locks.secret = true;
  const frozen = origin.start('1.0.0');
  await origin.pass(100);
  assert.equal(frozen.outcome, 'holds');
  assert(await frozen.arbitration.confirm());
  assert.deepEqual(origin.locks.held, [`${REPO}:${frozen.worker.epoch}`, REPO]);
  frozen.channel.frozen = true;
  const b = origin.start('1.0.0');
  await origin.pass(12_000);
  assert.equal(b.outcome, 'holds');
  assert.equal(frozen.lost, 1);
  assert(!(await frozen.arbitration.confirm()));
  assert(await b.arbitration.confirm());
});

test('a lock whose loss is told with the answer is not held', async (t) => {
  const locks = new FakeLocks();
  locks.secret = true;
  const lock = new RepoLock(locks.of('a'), REPO, 'own');
  t.after(() => lock.release());
  let lost = 0;
  lock.onlost = () => lost++;
  assert(!(await lock.isHeld()), 'before it is granted');
  await lock.take(new AbortController().signal);
  assert(await lock.isHeld());
  const thief = new RepoLock(locks.of('b'), REPO, 'another');
  t.after(() => thief.release());
  const stolen = thief.steal();
  assert(!(await lock.isHeld()));
  await stolen;
  assert.equal(lost, 1);
  assert(await thief.isHeld());
  thief.release();
  assert(!(await thief.isHeld()));
});

test('what is no message of this channel is ignored', async (t) => {
  const origin = new Origin(t);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  const { worker } = a;
  const newer = { ...worker, version: '2.0.0', epoch: 'x' };
  for (const garbage of [
    null,
    undefined,
    0,
    'ask',
    [],
    {},
    new Uint8Array(9),
    { type: 'ask' },
    { type: 'ask', worker: null },
    { type: 'ask', worker: 'me' },
    { type: 'ask', worker: { ...newer, epoch: 1 } },
    { type: 'ask', worker: { ...newer, url: undefined } },
    { type: 'tell', worker: newer },
    { type: 'answer', to: worker.epoch, verdict: 'keep', worker: newer },
    { type: 'answer', to: worker.epoch, verdict: 'yield', worker: newer },
    { type: 'answer', to: 7, verdict: 'keep', worker: newer },
  ]) {
    origin.air.send(garbage);
  }
  await origin.pass(1000);
  assert.equal(a.outcome, 'holds');
  assert(a.arbitration.isFresh());
  assert.deepEqual(a.yields, []);
  assert.equal(origin.air.said.filter((m) => typeof m === 'object').length, 14);
});

test('an answer of nonsense is no answer', async (t) => {
  const origin = new Origin(t);
  const release = origin.locks.hold(REPO);
  const a = origin.start('1.0.0');
  const { worker } = a;
  const to = worker.epoch;
  await origin.pass(0);
  for (const garbage of [
    { type: 'answer', to, verdict: 'perhaps', worker },
    { type: 'answer', to, verdict: 'keep' },
    { type: 'answer', to: 'another', verdict: 'keep', worker },
  ]) {
    origin.air.send(garbage);
  }
  await origin.pass(1000);
  assert.equal(a.outcome, 'waits');
  release();
  await origin.pass(0);
  assert.equal(a.outcome, 'holds');
});

test('messages of a later version are understood', async (t) => {
  const origin = new Origin(t);
  const a = origin.start('1.0.0');
  await origin.pass(0);
  const worker = { ...a.worker, version: '9.0.0', epoch: 'x', mood: 'good' };
  origin.air.send({ type: 'ask', worker, since: 1n, also: { a: [] } });
  await origin.pass(0);
  const { mood: _, ...known } = worker;
  assert.deepEqual(a.yields, [known]);
  assert.deepEqual(origin.air.said.at(-1), {
    type: 'answer',
    to: 'x',
    verdict: 'yield',
    worker: a.worker,
  });
});

test('without locks nobody has the repo', async (t) => {
  const origin = new Origin(t);
  const events = { onyield: () => {}, onlost: () => {} };
  const { worker } = origin.start('1.0.0');
  const lock = new RepoLock(undefined, REPO, 'own');
  const channel = origin.air.channel();
  const arbitration = new Arbitration(worker, lock, channel, events);
  await assert.rejects(arbitration.run(), /secure context/);
});

test('a dedicated worker makes way for that of the tab that leads next', async (t) => {
  for (const [kind, url, next, nextURL, yields] of [
    ['dedicated', '/w.js', 'dedicated', '/w.js', true],
    ['dedicated', '/w.js', 'dedicated', '/other.js', false],
    ['dedicated', '/w.js', 'shared', '/w.js', false],
    ['shared', '/w.js', 'dedicated', '/w.js', false],
  ] as const) {
    const origin = new Origin(t);
    const holder = origin.start('1.0.0', url, kind);
    await origin.pass(100);
    const asker = origin.start('1.0.0', nextURL, next);
    await origin.pass(1500);
    assert.deepEqual(
      holder.yields,
      yields ? [asker.worker] : [],
      `${next} ${nextURL} after ${kind} ${url}`,
    );
    assert.equal(asker.outcome, yields ? 'waits' : holder.worker.epoch);
    t.mock.timers.reset();
    t.mock.restoreAll();
  }
});
