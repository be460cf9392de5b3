import type { LogLineResult } from '../api/log.js';
import type { Sharednode } from '../node.js';
import { byId, make } from './dom.js';
import { clock } from './format.js';

/** Lines that are kept in the page. */
const KEPT = 1000;

const ranks = ['debug', 'info', 'warn', 'error'];

/**
 * The worker's log: the last lines and each new one, and the levels from which
 * it keeps them.
 */
export class Log {
  readonly #node: Sharednode;
  readonly #list = byId('log');
  readonly #filter = byId<HTMLInputElement>('log-filter');
  readonly #from = byId<HTMLSelectElement>('log-from');
  readonly #levels = byId('log-levels');
  #lines: LogLineResult[] = [];
  #following: AbortController | undefined;

  constructor(node: Sharednode) {
    this.#node = node;
    this.#filter.addEventListener('input', () => this.#draw());
    this.#from.addEventListener('change', () => this.#draw());
    byId('log-clear').addEventListener('click', () => {
      this.#lines = [];
      this.#draw();
    });
  }

  /** Follows the log of the worker that is connected now. */
  async follow(): Promise<void> {
    this.#following?.abort();
    const { signal } = (this.#following = new AbortController());
    const lines = this.#node.log.tail({ lines: KEPT, follow: true, signal });
    try {
      for await (const line of lines) {
        this.#take(line);
      }
    } catch (error) {
      if (!signal.aborted) {
        throw error;
      }
    }
  }

  /** Shows the levels, each to be set. */
  async showLevels(): Promise<void> {
    const levels = await this.#node.log.levels();
    const common = new Set(levels.map(({ level }) => level));
    const [level = ''] = common.size === 1 ? common : [];
    this.#levels.replaceChildren(
      this.#chooser('*', level),
      ...levels.map(({ subsystem, level }) => this.#chooser(subsystem, level)),
    );
  }

  #chooser(subsystem: string, level: string): HTMLElement {
    const options = ranks.map((rank) => make('option', {}, rank));
    const select = make('select', {}, ...options) as HTMLSelectElement;
    select.value = level; // none of them where they differ
    select.addEventListener('change', () => {
      this.#node.log
        .level(subsystem, select.value)
        .then(() => this.showLevels())
        .catch((error: unknown) => this.#complain(error));
    });
    const name = subsystem === '*' ? 'all' : subsystem;
    return make('label', {}, `${name} `, select);
  }

  #complain(error: unknown): void {
    this.#take({
      time: Date.now(),
      level: 'error',
      subsystem: 'inspector',
      message: String(error),
      fields: [],
    });
  }

  #take(line: LogLineResult): void {
    this.#lines.push(line);
    this.#lines.splice(0, this.#lines.length - KEPT);
    if (this.#shows(line)) {
      const atEnd = this.#isAtEnd();
      this.#list.append(item(line));
      while (this.#list.childElementCount > KEPT) {
        this.#list.firstElementChild?.remove();
      }
      this.#keepAtEnd(atEnd);
    }
  }

  #draw(): void {
    const shown = this.#lines.filter((line) => this.#shows(line));
    this.#list.replaceChildren(...shown.map(item));
    this.#keepAtEnd(true);
  }

  #shows({ level, subsystem, message, fields }: LogLineResult): boolean {
    const wanted = this.#filter.value.toLowerCase();
    const text = `${subsystem} ${message} ${(fields ?? []).join(' ')}`;
    return (
      ranks.indexOf(level) >= this.#from.selectedIndex &&
      text.toLowerCase().includes(wanted)
    );
  }

  #isAtEnd(): boolean {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    return scrollTop + clientHeight >= scrollHeight - 24;
  }

  #keepAtEnd(yes: boolean): void {
    if (yes) {
      this.#list.scrollTop = this.#list.scrollHeight;
    }
  }
}

function item({
  time,
  level,
  subsystem,
  message,
  fields,
}: LogLineResult): HTMLElement {
  return make(
    'li',
    { class: level },
    make('time', {}, clock(Number(time))),
    make('b', {}, level),
    make('i', {}, subsystem),
    make(
      'span',
      {},
      message,
      make('span', { class: 'quiet' }, ` ${(fields ?? []).join(' ')}`),
    ),
  );
}
