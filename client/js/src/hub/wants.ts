import type { Grants } from '../nodeapi.gen.js';

/** How many names one may want of each kind, and how long they may be. */
const MAX_NAMES = 32;
const MAX_NAME = 200;

/** The bytes that are kept for an origin unless more is granted. */
export const DEFAULT_QUOTA = 64 * 1024 * 1024;

const flags = ['id', 'read', 'list', 'add', 'pin', 'files'] as const;
const names = ['topics', 'rooms', 'protocols'] as const;
const counts = ['quota', 'rate', 'maxStreams', 'expires'] as const;

/**
 * Reads what somebody wants to be granted, who may be anybody. What is not known
 * is left out, since a newer client may want more.
 *
 * @throws TypeError for a known name with a value that is none of its
 */
export function readWant(value: unknown): Grants {
  const want = Object(value) as Record<string, unknown>;
  const read: Grants = {};
  for (const name of flags) {
    if (want[name] === true) {
      read[name] = true;
    } else if (want[name] !== undefined && want[name] !== false) {
      throw new TypeError(`want.${name} is not true or false`);
    }
  }
  for (const name of names) {
    const list = want[name];
    if (list === undefined) {
      continue;
    }
    if (
      !Array.isArray(list) ||
      list.length > MAX_NAMES ||
      !list.every(isName)
    ) {
      throw new TypeError(`want.${name} is no list of names`);
    }
    if (list.length > 0) {
      read[name] = [...list];
    }
  }
  for (const name of counts) {
    const count = want[name];
    if (count === undefined) {
      continue;
    }
    if (!Number.isSafeInteger(count) || (count as number) < 0) {
      throw new TypeError(`want.${name} is no whole number`);
    }
    if (count !== 0) {
      read[name] = count as number;
    }
  }
  return read;
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.length <= MAX_NAME;
}

/** Whether grants have all that somebody wants. */
export function covers(grants: Grants, want: Grants): boolean {
  const quota = (of: Grants) => Number(of.quota) || DEFAULT_QUOTA;
  return (
    flags.every((name) => grants[name] || !want[name]) &&
    begins(grants.topics, want.topics) &&
    begins(grants.rooms, want.rooms) &&
    (want.protocols ?? []).every((id) => grants.protocols?.includes(id)) &&
    quota(grants) >= quota(want)
  );
}

function begins(granted: string[] = [], wanted: string[] = []): boolean {
  return wanted.every((name) =>
    granted.some((start) => name.startsWith(start)),
  );
}

/** All that is in one of two grants, and the more of what is counted. */
export function union(a: Grants, b: Grants): Grants {
  const both: Grants = {};
  for (const name of flags) {
    if (a[name] || b[name]) {
      both[name] = true;
    }
  }
  for (const name of names) {
    const all = new Set([...(a[name] ?? []), ...(b[name] ?? [])]);
    if (all.size > 0) {
      both[name] = [...all];
    }
  }
  for (const name of counts) {
    const [x, y] = [Number(a[name] ?? 0), Number(b[name] ?? 0)];
    // Without an end lasts longest.
    const most = name === 'expires' && !(x && y) ? 0 : Math.max(x, y);
    if (most > 0) {
      both[name] = most;
    }
  }
  return both;
}
