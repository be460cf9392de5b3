import { messageOf } from '../errors.js';

/** Defined by the script of the Go toolchain. */
declare class Go {
  importObject: WebAssembly.Imports;
  exit: (code: number) => void;
  run(instance: WebAssembly.Instance): Promise<void>;
}

/** Why there is no program here, or none any more, for the tabs. */
export interface Failure {
  code: 'worker-failed' | 'worker-crashed' | 'worker-moved' | 'closing';
  message: string;
  details?: Record<string, unknown>;
}

/**
 * Loads and runs a Go program, and says how it ended.
 *
 * @param onexit told as soon as it exits
 */
export async function runProgram(
  url: URL,
  onexit: () => void = () => {},
): Promise<Failure> {
  const go = new Go();
  let exitCode = 0;
  // A program that exits while it is called back from within a call of its own
  // throws there, and run never returns.
  const exited = new Promise<void>((resolve) => {
    go.exit = (code) => {
      exitCode = code;
      onexit();
      resolve();
    };
  });
  const lastWords = listen();

  let instance: WebAssembly.Instance;
  try {
    instance = await load(url, go.importObject);
  } catch (error) {
    const message = `${url.href} could not be loaded: ${messageOf(error)}`;
    return { code: 'worker-failed', message };
  }
  try {
    await Promise.race([go.run(instance), exited]);
  } catch (error) {
    return { code: 'worker-crashed', message: messageOf(error) };
  }
  return exitCode === 0
    ? { code: 'closing', message: 'the worker has ended' }
    : { code: 'worker-crashed', message: lastWords() || `exit ${exitCode}` };
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
