import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { decode } from '../src/cbor/decode.js';
import type { Worker } from '../src/nodeapi.gen.js';
import { decodeMessage, FrameType } from '../src/protocol/frame.js';
import { Doorman } from '../src/worker/doorman.js';
import { runProgram } from '../src/worker/program.js';
import { define, FakeLocks } from './fake-locks.js';

/** A port that remembers what was said on it. */
class DoorPort {
  readonly told: { type: number; error: unknown }[] = [];

  postMessage(message: Uint8Array): void {
    for (const { type, payload } of decodeMessage(message)) {
      this.told.push({ type, error: decode(payload) });
    }
  }
}

test('ports wait for the program, in order', () => {
  const doorman = new Doorman<DoorPort>();
  const [a, b, c] = [new DoorPort(), new DoorPort(), new DoorPort()];
  const accepted: DoorPort[] = [];
  doorman.receive(a);
  doorman.receive(b);
  doorman.open((port) => accepted.push(port));
  doorman.receive(c);
  assert.deepEqual(accepted, [a, b, c]);
  assert.deepEqual(a.told, []);
});

test('when the program ends, everybody is told', () => {
  const failure = { code: 'worker-crashed', message: 'panic: x' } as const;
  const doorman = new Doorman<DoorPort>();
  const [has, late] = [new DoorPort(), new DoorPort()];
  doorman.open(() => {});
  doorman.receive(has);
  doorman.close(failure);
  doorman.receive(late);
  assert.deepEqual(has.told, [{ type: FrameType.goodbye, error: failure }]);
  assert.deepEqual(late.told, []);
});

test('when the program cannot be had, those that wait are told', () => {
  const failure = { code: 'worker-failed', message: '404' } as const;
  const doorman = new Doorman<DoorPort>();
  const [waits, late] = [new DoorPort(), new DoorPort()];
  doorman.receive(waits);
  doorman.close(failure);
  doorman.receive(late);
  assert.deepEqual(waits.told, [{ type: FrameType.refuse, error: failure }]);
  assert.deepEqual(late.told, []);
});

const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0); // an empty module
const url = new URL('http://x/node.wasm');

/** The Go toolchain's script, with a program of the test's own. */
interface FakeGo {
  exited: boolean;
  exit: (code: number) => void;
  _resume: () => void;
  _scheduledTimeouts: Map<number, unknown>;
}

function installGo(
  t: TestContext,
  program: (go: FakeGo) => unknown,
  response: () => Response,
  resume = () => {},
): { written: string } {
  const output = { written: '' };
  class Go {
    importObject = { gojs: {} };
    exited = false;
    exit = (_code: number) => {};
    _scheduledTimeouts = new Map<number, unknown>();
    _resume() {
      assert(!this.exited);
      resume();
    }
    async run(instance: unknown) {
      assert(instance instanceof WebAssembly.Instance);
      await program(this);
      this.exited = true;
      this.exit(0);
    }
  }
  const fs = {
    writeSync(_fd: number, bytes: Uint8Array) {
      output.written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  };
  const { fetch } = globalThis;
  const fakes = { Go, fs, fetch: async () => response() };
  for (const [name, fake] of Object.entries(fakes)) {
    define(name, fake);
  }
  t.after(() => define('fetch', fetch));
  return output;
}

const ok = (type: string) => () =>
  new Response(wasm, { headers: { 'content-type': type } });

const write = (text: string) => {
  const { fs } = globalThis as unknown as {
    fs: { writeSync(fd: number, bytes: Uint8Array): void };
  };
  fs.writeSync(2, new TextEncoder().encode(text));
};

for (const type of [
  'application/wasm',
  'Application/WASM ; a=b',
  'text/plain',
  'application/wasmish',
]) {
  test(`a program that comes as ${type} runs`, async (t) => {
    let ran = false;
    installGo(t, () => void (ran = true), ok(type));
    assert.deepEqual(await runProgram(url), {
      code: 'closing',
      message: 'the worker has ended',
    });
    assert(ran);
  });
}

for (const [name, response] of Object.entries({
  'not there': () => new Response('', { status: 404, statusText: 'Not Found' }),
  'no program': () => new Response('<html>'),
  'not to be had': () => {
    throw new TypeError('Failed to fetch');
  },
})) {
  test(`a program that is ${name} fails`, async (t) => {
    installGo(t, () => assert.fail(), response);
    const { code, message } = await runProgram(url);
    assert.equal(code, 'worker-failed');
    assert.match(message, /^http:\/\/x\/node\.wasm could not be loaded: ./);
  });
}

test('the last words of a program that crashes are told', async (t) => {
  const output = installGo(
    t,
    (go) => {
      // As Go writes them: piece by piece.
      for (const piece of ['log\npan', 'ic: ', 'ou', 'ch\n\ngoroutine 1:\n']) {
        write(piece);
      }
      go.exit(2);
    },
    ok('application/wasm'),
  );
  assert.deepEqual(await runProgram(url), {
    code: 'worker-crashed',
    message: 'panic: ouch',
  });
  assert.equal(output.written, 'log\npanic: ouch\n\ngoroutine 1:\n');
});

test('a program that ends without a word, or throws', async (t) => {
  installGo(t, (go) => go.exit(3), ok('application/wasm'));
  assert.deepEqual(await runProgram(url), {
    code: 'worker-crashed',
    message: 'exit 3',
  });
  installGo(t, () => Promise.reject(new Error('trap')), ok(''));
  assert.deepEqual(await runProgram(url), {
    code: 'worker-crashed',
    message: 'trap',
  });
});

test('a program that traps in a callback has crashed', async (t) => {
  const traps = () => {
    throw new WebAssembly.RuntimeError('unreachable');
  };
  let calledBack = () => {};
  const program = (go: FakeGo) => {
    calledBack = () => go._resume();
    queueMicrotask(calledBack);
    return new Promise(() => {});
  };
  installGo(t, program, ok('application/wasm'), traps);
  assert.deepEqual(await runProgram(url), {
    code: 'worker-crashed',
    message: 'unreachable',
  });
  calledBack(); // does not throw
});

test('a program that has exited is called back for nothing', async (t) => {
  let gone: FakeGo | undefined;
  let timedOut = false;
  const program = (go: FakeGo) => {
    gone = go;
    go._scheduledTimeouts.set(
      1,
      setTimeout(() => (timedOut = true), 1),
    );
  };
  installGo(t, program, ok('application/wasm'));
  await runProgram(url);
  gone?._resume(); // does not throw
  assert.equal(gone?._scheduledTimeouts.size, 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(!timedOut);
});

test('a program that exits in a callback within a call of its own', async (t) => {
  let go: FakeGo | undefined;
  const exits = () => {
    assert(go !== undefined);
    go.exited = true;
    go.exit(0);
    throw new TypeError('nothing to return to');
  };
  const program = (it: FakeGo) => {
    go = it;
    queueMicrotask(() => it._resume()); // does not throw
    return new Promise(() => {});
  };
  installGo(t, program, ok('application/wasm'), exits);
  const { code } = await runProgram(url);
  assert.equal(code, 'closing');
});

test('the script joins ports and program, and closes after it', async (t) => {
  const locks = FakeLocks.install(t);
  const accepted: unknown[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let fetched = '';
  installGo(
    t,
    () => {
      const { sharednode } = globalThis as unknown as {
        sharednode: {
          repo: string;
          lock: string;
          worker: Worker;
          isFresh(): boolean;
          accept(port: unknown): void;
        };
      };
      const { repo, worker } = sharednode;
      assert.equal(repo, 'my:repo');
      assert.match(worker.epoch, /^[0-9a-f]{32}$/);
      assert.equal(worker.url, 'http://x/d/worker.js?1');
      assert.equal(worker.kind, 'shared');
      assert.equal(sharednode.lock, `sharednode:my:repo:${worker.epoch}`);
      assert.deepEqual(locks.held, [
        'sharednode:my:repo:script:http://x/d/worker.js?1',
        sharednode.lock,
        'sharednode:my:repo',
      ]);
      assert(sharednode.isFresh());
      sharednode.accept = (port) => accepted.push(port);
      return ended;
    },
    ok('application/wasm'),
  );
  define('fetch', async (at: URL) => {
    fetched = at.href;
    return ok('application/wasm')();
  });
  define('name', 'sharednode:my:repo');
  define('onconnect', null);
  define('location', { href: 'http://x/d/worker.js?1', hash: '' });
  const closed = new Promise<void>((resolve) => define('close', resolve));

  await import('../src/worker.js');
  const { onconnect } = globalThis as unknown as {
    onconnect(event: { ports: unknown[] }): void;
  };
  const [early, late] = [new DoorPort(), new DoorPort()];
  onconnect({ ports: [early] });
  assert.deepEqual(accepted, []);
  await new Promise((resolve) => setTimeout(resolve, 20));
  onconnect({ ports: [late] });
  assert.deepEqual(accepted, [early, late]);
  assert.equal(fetched, 'http://x/d/node.wasm');
  end();
  await closed;
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(locks.held, [
    'sharednode:my:repo:script:http://x/d/worker.js?1',
  ]);
  assert.equal(early.told[0]?.type, FrameType.goodbye);
});
