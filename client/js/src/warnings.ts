import { SharednodeError } from './errors.js';
import type { Config } from './nodeapi.gen.js';
import { isOlder, OLDER_WORKER } from './skew.js';

/**
 * The warning of fields that were asked for and are not so, if there are any. A
 * zero asks for nothing, and lists have what every client asked for, unless the
 * worker is older and has no such field.
 *
 * @param server the worker's name and version
 */
export function configWarning(
  wanted: Config,
  running: Config,
  server: string,
): SharednodeError | undefined {
  const fields: Record<string, { wanted: unknown; running: unknown }> = {};
  const texts: string[] = [];
  const older = isOlder(server);
  let unknown = false;
  for (const [name, value] of Object.entries(wanted)) {
    const now: unknown = running[name as keyof Config];
    const missing = older && now === undefined;
    const equal = Array.isArray(value) || String(value) === String(now);
    if (value && (missing || !equal)) {
      fields[name] = { wanted: value, running: now };
      texts.push(`${name} ${String(now)} in place of ${String(value)}`);
      unknown ||= missing;
    }
  }
  if (texts.length === 0) {
    return undefined;
  }
  const advice = unknown ? OLDER_WORKER : '';
  return new SharednodeError(
    'config-conflict',
    `the node runs with ${texts.join(', ')}${advice}`,
    { op: 'connect', details: { fields } },
  );
}

/** The warning of a repo that has another node than before, if it has. */
export function repoWarning(
  before: string | null,
  now: string,
): SharednodeError | undefined {
  return before && before !== now
    ? new SharednodeError('repo-lost', 'the repo was lost, and is a new one', {
        op: 'connect',
        details: { before, now },
      })
    : undefined;
}

/** The warning of storage that the browser does not promise to keep. */
export function notPersistedWarning(reason: string): SharednodeError {
  return new SharednodeError(
    'not-persisted',
    `the browser may evict what is stored: ${reason}`,
    { op: 'connect', details: { reason } },
  );
}
