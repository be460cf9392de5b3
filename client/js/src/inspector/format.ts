const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people: `12.3 MB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** Bytes a second for people. */
export function speed(count: number): string {
  return `${bytes(count)}/s`;
}

/** A number for people. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** A length of time for people, from milliseconds. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) {
    return `${minutes} min`;
  }
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time of day. */
export function clock(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB');
}

/** The ends of a long name that is no word: `12D3Ko…q7xe`. */
export function short(name: string, head = 8, tail = 6): string {
  return name.length <= head + tail + 1
    ? name
    : `${name.slice(0, head)}…${name.slice(-tail)}`;
}
