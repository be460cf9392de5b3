import type { ErrorCode } from './errors.js';
import { VERSION } from './version.js';

/** What stands after a message about a worker that is older than the page. */
export const OLDER_WORKER =
  '; the worker is older than this page: close the other tabs of the site, then reload this one';

/** Whether a worker, `sharednode/1.2.3` in its welcome, is older than this page. */
export function isOlder(worker: string): boolean {
  const [theirs, ours] = [worker, VERSION].map(
    (text) => /\d+\.\d+\.\d+/.exec(text)?.[0] ?? '',
  ) as [string, string];
  return theirs.localeCompare(ours, 'en', { numeric: true }) < 0;
}

/** What to do about an error that comes of different versions; '' for others. */
export function skewAdvice(
  code: ErrorCode,
  details?: Record<string, unknown>,
): string {
  if (code === 'unknown-method') {
    return OLDER_WORKER;
  }
  if (code !== 'version-unsupported') {
    return '';
  }
  const { client, server } = (details ?? {}) as Record<string, number[]>;
  return Math.max(...(client ?? [])) < Math.max(...(server ?? []))
    ? '; this page is older than the worker: reload it'
    : OLDER_WORKER;
}
