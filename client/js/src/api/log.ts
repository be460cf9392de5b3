import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type LogLevel,
  type LogLevels,
  type LogLine,
  Methods,
} from '../nodeapi.gen.js';
import { bool, count } from '../options.js';
import { type Numbers, numbers } from '../numbers.js';

/** One line of the worker's log; its time in Unix milliseconds. */
export type LogLineResult = Numbers<LogLine>;

/** Options of `log.tail`. */
export interface LogTailOptions extends CallOptions {
  /** At most so many of the lines that the worker keeps; all of them unless set. */
  lines?: number | undefined;
  /** Goes on with each new line; true unless set. */
  follow?: boolean | undefined;
}

/** The worker's log, which any tab can read. */
export interface LogAPI {
  /** The names of the parts that write lines. */
  ls(options?: CallOptions): Promise<string[]>;
  /** From which level on the lines of each part are kept. */
  levels(options?: CallOptions): Promise<LogLevel[]>;
  /**
   * Sets the level of a part, or with `*` of all, for as long as the worker
   * lives: `debug`, `info`, `warn` or `error`.
   *
   * @throws `invalid-option`
   */
  level(subsystem: string, level: string, options?: CallOptions): Promise<void>;
  /** Gives the lines that are kept and then, until it is left, new ones. */
  tail(options?: LogTailOptions): AsyncGenerator<LogLineResult, void>;
}

/** The calls on the log. */
export function logAPI(core: Core): LogAPI {
  const { link } = core;
  const levels = async (options: CallOptions = {}) =>
    (await link.ask<LogLevels>(Methods.LogList, null, options)).levels;
  return {
    ls: async (options) =>
      (await levels(options)).map(({ subsystem }) => subsystem),
    levels,
    level: (subsystem, level, options = {}) =>
      link.ask(Methods.LogLevel, { subsystem, level }, options),
    tail: (options = {}) => tail(core, options),
  };
}

async function* tail(
  { link, itemsOf, pick }: Core,
  options: LogTailOptions,
): AsyncGenerator<LogLineResult, void> {
  const op = Methods.LogTail;
  const request = {
    follow: true,
    ...pick<Pick<LogTailOptions, 'lines' | 'follow'>>(op, options, {
      lines: count,
      follow: bool,
    }),
  };
  for await (const line of itemsOf<LogLine>(link.call(op, request, options))) {
    yield numbers(line) as LogLineResult;
  }
}
