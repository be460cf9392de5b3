/** What of the toolchain's `Go` is used here. */
export interface GoBorder {
  importObject: WebAssembly.Imports;
  mem: DataView;
  _pendingEvent: BorderEvent | null;
  _values: unknown[];
  _goRefCounts: number[];
  _ids: Map<unknown, number>;
  _idPool: number[];
  _resume: () => void;
  _makeFuncWrapper: (id: number) => (...args: unknown[]) => unknown;
}

/** A call of one of the program's functions. */
interface BorderEvent {
  id: number;
  this?: unknown;
  args?: ArrayLike<unknown>;
  result?: unknown;
  number?: number;
}

/** As the toolchain's script has it: the head of a number that names a value. */
const NAN_HEAD = 0x7ff80000;

const TYPE_FLAGS: Record<string, number> = {
  object: 1,
  string: 2,
  symbol: 3,
  function: 4,
};

/**
 * Lets a program fetch an event from the browser with one call. The other half
 * is cmd/build-wasm/lean/std/syscall/js/events_js.go; a program that was compiled
 * without that does not notice.
 */
export function easeEvents(go: GoBorder): void {
  const imports = go.importObject['gojs'] as Record<string, unknown>;
  const taken: BorderEvent[] = []; // and not answered yet; the last one runs
  let count = 0;

  go._makeFuncWrapper = (id) =>
    function (this: unknown, ...args: unknown[]) {
      const event = { id, this: this, args, result: null, number: 0 };
      go._pendingEvent = event;
      go._resume();
      const at = taken.lastIndexOf(event);
      if (at >= 0) {
        taken.splice(at, 1);
      }
      return event.result;
    };

  // func takeEvent(refs []ref) (id uint32, n int32, event uint32)
  imports['syscall/js.takeEvent'] = (stack: number) => {
    const sp = stack >>> 0;
    const { mem } = go;
    const event = go._pendingEvent;
    if (event === null) {
      mem.setInt32(sp + 36, -1, true);
      return;
    }
    const args = event.args ?? [];
    const n = args.length + 1;
    mem.setUint32(sp + 32, event.id, true);
    mem.setInt32(sp + 36, n, true);
    if (n > mem.getUint32(sp + 16, true)) {
      return;
    }
    go._pendingEvent = null;
    event.number = count = (count + 1) >>> 0;
    taken.push(event);
    mem.setUint32(sp + 40, event.number, true);
    let at = mem.getUint32(sp + 8, true);
    store(go, at, event.this);
    for (let i = 0; i < args.length; i++) {
      at += 8;
      store(go, at, args[i]);
    }
  };

  // func answerEvent(event uint32, result ref)
  imports['syscall/js.answerEvent'] = (stack: number) => {
    const sp = stack >>> 0;
    const number = go.mem.getUint32(sp + 8, true);
    const event = taken.find((e) => e.number === number);
    if (event !== undefined) {
      event.result = load(go, sp + 16);
    }
  };
}

/** Reads a value, as the toolchain's script does. */
function load(go: GoBorder, at: number): unknown {
  const f = go.mem.getFloat64(at, true);
  if (f === 0) {
    return undefined;
  }
  return isNaN(f) ? go._values[go.mem.getUint32(at, true)] : f;
}

/** Writes a value, likewise. */
function store(go: GoBorder, at: number, value: unknown): void {
  const { mem } = go;
  if (typeof value === 'number' && value !== 0) {
    if (isNaN(value)) {
      mem.setUint32(at + 4, NAN_HEAD, true);
      mem.setUint32(at, 0, true);
    } else {
      mem.setFloat64(at, value, true);
    }
    return;
  }
  if (value === undefined) {
    mem.setFloat64(at, 0, true);
    return;
  }
  let id = go._ids.get(value);
  if (id === undefined) {
    id = go._idPool.pop() ?? go._values.length;
    go._values[id] = value;
    go._goRefCounts[id] = 0;
    go._ids.set(value, id);
  }
  go._goRefCounts[id] = (go._goRefCounts[id] ?? 0) + 1;
  const flag = value === null ? 0 : (TYPE_FLAGS[typeof value] ?? 0);
  mem.setUint32(at + 4, NAN_HEAD | flag, true);
  mem.setUint32(at, id, true);
}
