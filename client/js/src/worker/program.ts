import { messageOf } from '../errors.js';
import { easeEvents, type GoBorder } from './border.js';

/** Defined by the script of the Go toolchain, lib/wasm/wasm_exec.js. */
declare class Go {
  importObject: WebAssembly.Imports;
  exited?: boolean;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
  /** Has the program go on: for each callback from the browser. */
  _resume: () => void;
  _scheduledTimeouts: Map<number, number>;
}

/** Why there is no program here, or none any more, for the tabs. */
export interface Failure {
  code: 'worker-failed' | 'worker-crashed' | 'worker-moved' | 'closing';
  message: string;
  details?: Record<string, unknown>;
}

/** Loads and runs a Go program, and says how it ended. */
export async function runProgram(url: URL): Promise<Failure> {
  const go = new Go();
  const ended = endOf(go);
  easeEvents(go as unknown as GoBorder);
  const lastWords = listen();

  let instance: WebAssembly.Instance;
  try {
    instance = await load(url, go.importObject);
  } catch (error) {
    const message = `${url.href} could not be loaded: ${messageOf(error)}`;
    return { code: 'worker-failed', message };
  }
  let exitCode: number;
  try {
    exitCode = await Promise.race([ended, go.run(instance).then(() => ended)]);
  } catch (error) {
    return { code: 'worker-crashed', message: messageOf(error) };
  }
  return exitCode === 0
    ? { code: 'closing', message: 'the worker has ended' }
    : { code: 'worker-crashed', message: lastWords() || `exit ${exitCode}` };
}

/**
 * Gives the code with which the program exits, or rejects with what it trapped
 * on: neither can go by unnoticed in a callback from the browser. After that it
 * is called back for nothing any more, which it would throw on: in a promise's
 * reaction there is no way to keep that off the console of every browser.
 */
function endOf(go: Go): Promise<number> {
  return new Promise((resolve, reject) => {
    go.exit = (code) => {
      go._scheduledTimeouts.forEach((timeout) => clearTimeout(timeout));
      go._scheduledTimeouts.clear();
      resolve(code);
    };
    const resume = go._resume;
    let trapped = false;
    go._resume = () => {
      if (go.exited || trapped) {
        return;
      }
      try {
        resume.call(go);
      } catch (error) {
        // Called back from within a call of its own, a program that exits
        // leaves that call without what it would return to.
        if (!go.exited) {
          trapped = true;
          reject(error);
        }
      }
    };
  });
}

/** Compiles while it downloads, where the server says that it is wasm. */
async function load(
  url: URL,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  const type = response.headers.get('content-type') ?? '';
  const { instance } =
    type.toLowerCase() === 'application/wasm' // only that
      ? await WebAssembly.instantiateStreaming(response, imports)
      : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  return instance;
}

/** Listens to what the program writes, and gives why Go says that it ended. */
function listen(): () => string {
  const { fs } = globalThis as unknown as {
    fs: { writeSync(fd: number, bytes: Uint8Array): number };
  };
  const write = fs.writeSync;
  const utf8 = new TextDecoder();
  let line = '';
  let reason = '';
  fs.writeSync = (fd, bytes) => {
    const lines = (line + utf8.decode(bytes, { stream: true })).split('\n');
    line = lines.pop() ?? '';
    reason = lines.find((l) => /^(panic|fatal error): /.test(l)) ?? reason;
    return write.call(fs, fd, bytes);
  };
  return () => reason;
}
