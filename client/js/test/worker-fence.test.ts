import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Fence } from '../src/worker/fence.js';

/** A fence, a clock, and a browser that says whose the lock is. */
function setup(t: TestContext) {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const world = {
    now: 0,
    held: true,
    asked: 0,
    lost: 0,
    /** The worker runs for a while. */
    run: async (ms: number) => {
      for (let left = ms; left > 0; left -= 100) {
        world.now += 100;
        t.mock.timers.tick(100);
        await settled();
      }
    },
    /** The worker stands still for a while. */
    freeze: (ms: number) => {
      world.now += ms;
    },
  };
  t.mock.method(performance, 'now', () => world.now);
  const fence = new Fence(
    async () => {
      world.asked++;
      return world.held;
    },
    () => world.lost++,
  );
  t.after(() => fence.close());
  return { world, fence };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a worker that runs asks nobody', async (t) => {
  const { world, fence } = setup(t);
  for (let i = 0; i < 100; i++) {
    await world.run(100);
    assert(fence.isFresh());
  }
  assert.equal(world.asked, 0);
});

test('a worker that wakes is not sure before it has asked', async (t) => {
  const { world, fence } = setup(t);
  await world.run(1000);
  world.freeze(60_000);
  assert(!fence.isFresh());
  assert(await fence.confirm());
  assert(fence.isFresh());
  assert.equal(world.lost, 0);
});

test('the beat that comes first after a freeze proves nothing', async (t) => {
  const { world, fence } = setup(t);
  world.held = false;
  world.freeze(60_000);
  t.mock.timers.tick(500); // runs the beat, before anything else
  assert(!fence.isFresh());
  await settled();
  assert(!fence.isFresh());
  assert.equal(world.asked, 1);
  assert.equal(world.lost, 1);
});

test('an answer counts from when it was asked for', async (t) => {
  const { world, fence } = setup(t);
  world.freeze(10_000);
  const answer = fence.confirm();
  world.freeze(10_000); // once more, before the answer is heard
  await answer;
  assert(!fence.isFresh());
});

test('a beat that the browser does not answer asks again', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let [now, asked] = [0, 0];
  t.mock.method(performance, 'now', () => now);
  const fence = new Fence(
    async () => {
      if (++asked === 1) {
        throw new Error('not now');
      }
      return true;
    },
    () => assert.fail(),
  );
  t.after(() => fence.close());
  now = 10_000;
  t.mock.timers.tick(500);
  await settled();
  assert(!fence.isFresh());
  t.mock.timers.tick(500);
  await settled();
  assert(fence.isFresh());
});
