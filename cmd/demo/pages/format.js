const units = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people: `12.3 MB`. */
export function bytes(count) {
  let value = Number(count);
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 99.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** A length of time for people, from milliseconds. */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** `1 file`, `2 files` */
export function plural(count, one) {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** The ends of a long name that is no word: `bafybe…q7xe`. */
export function short(name, head = 8, tail = 6) {
  return name.length <= head + tail + 1
    ? name
    : `${name.slice(0, head)}…${name.slice(-tail)}`;
}
