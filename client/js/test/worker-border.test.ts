import assert from 'node:assert/strict';
import { test } from 'node:test';
import { easeEvents, type GoBorder } from '../src/worker/border.js';

type Import = (sp: number) => void;

const SP = 16;
const REFS = 256;

/** A program that takes an event into room for so many values when it is resumed. */
class Program implements GoBorder {
  importObject = { gojs: {} as Record<string, Import> };
  mem = new DataView(new ArrayBuffer(1024));
  _pendingEvent: GoBorder['_pendingEvent'] = null;
  _values: unknown[] = [NaN, 0, null, true, false];
  _goRefCounts = new Array<number>(5).fill(Infinity);
  _ids = new Map<unknown, number>([
    [0, 1],
    [null, 2],
    [true, 3],
    [false, 4],
  ]);
  _idPool: number[] = [];
  _makeFuncWrapper!: GoBorder['_makeFuncWrapper'];
  _resume: () => void = () => {};

  constructor() {
    easeEvents(this);
  }

  take(room: number): { id: number; n: number; event: number } {
    this.mem.setUint32(SP + 8, REFS, true);
    this.mem.setUint32(SP + 16, room, true);
    this.importObject.gojs['syscall/js.takeEvent']!(SP);
    return {
      id: this.mem.getUint32(SP + 32, true),
      n: this.mem.getInt32(SP + 36, true),
      event: this.mem.getUint32(SP + 40, true),
    };
  }

  /** What a reference stands for, and the type that it says it is of. */
  value(i: number): [unknown, number] {
    const at = REFS + 8 * i;
    const f = this.mem.getFloat64(at, true);
    if (f === 0) {
      return [undefined, 0];
    }
    const head = this.mem.getUint32(at + 4, true);
    return isNaN(f)
      ? [this._values[this.mem.getUint32(at, true)], head & 7]
      : [f, 0];
  }

  answer(event: number, result: number): void {
    this.mem.setUint32(SP + 8, event, true);
    this.mem.setFloat64(SP + 16, result, true);
    this.importObject.gojs['syscall/js.answerEvent']!(SP);
  }
}

test('an event is taken with this and its arguments', () => {
  const go = new Program();
  const object = {};
  const f = () => {};
  const seen: unknown[] = [];
  go._resume = () => {
    const { id, n } = go.take(16);
    assert.equal(id, 7);
    for (let i = 0; i < n; i++) {
      seen.push(go.value(i));
    }
    assert.equal(go._pendingEvent, null);
  };
  const result = go
    ._makeFuncWrapper(7)
    .call(object, 1.5, 0, NaN, undefined, null, true, 'text', f, object);
  assert.equal(result, null);
  assert.deepEqual(seen, [
    [object, 1],
    [1.5, 0],
    [0, 0],
    [NaN, 0],
    [undefined, 0],
    [null, 0],
    [true, 0],
    ['text', 2],
    [f, 4],
    [object, 1],
  ]);
  const id = go._ids.get(object);
  assert.ok(id !== undefined);
  assert.equal(go._goRefCounts[id], 2); // each use is let go of by itself
});

test('an event that does not fit waits, and there may be none', () => {
  const go = new Program();
  go._resume = () => {
    assert.equal(go.take(2).n, 3);
    assert.notEqual(go._pendingEvent, null);
    assert.deepEqual(go._goRefCounts.length, 5); // nothing was counted
    assert.equal(go.take(3).n, 3);
    assert.ok(go.take(3).n < 0);
  };
  go._makeFuncWrapper(1)('a', 'b');
});

test('each event has its own result, also within another', () => {
  const go = new Program();
  const inner = go._makeFuncWrapper(2);
  const outer = go._makeFuncWrapper(1);
  const results: unknown[] = [];
  go._resume = () => {
    const { id, event } = go.take(4);
    if (id === 1) {
      results.push(inner());
      go.answer(event, 10);
    } else {
      go.answer(event, 20);
    }
  };
  results.push(outer());
  assert.deepEqual(results, [20, 10]);
  go._resume = () => void go.take(4);
  assert.equal(outer(), null);
});

test('the end that the toolchain asks for has no arguments', () => {
  const go = new Program();
  go._pendingEvent = { id: 0 };
  assert.deepEqual([go.take(4).id, go.take(4).n], [0, -1]);
});
