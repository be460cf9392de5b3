/** A version's numbers, and the parts of what follows a `-`. */
interface Parsed {
  numbers: number[];
  prerelease: string[];
}

const SHAPE = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/;

/**
 * Compares two versions by the precedence of Semantic Versioning 2.0.0
 * (https://semver.org/#spec-item-11): less than 0 if `a` is the older one. What
 * is no version is older than all that are, and as old as its like.
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  if (x === undefined || y === undefined) {
    return Number(x !== undefined) - Number(y !== undefined);
  }
  for (const [i, n] of x.numbers.entries()) {
    const difference = n - (y.numbers[i] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return comparePrereleases(x.prerelease, y.prerelease);
}

function parse(version: string): Parsed | undefined {
  const [, major, minor, patch, prerelease] = SHAPE.exec(version) ?? [];
  return major === undefined
    ? undefined
    : {
        numbers: [major, minor, patch].map(Number),
        prerelease: prerelease?.split('.') ?? [],
      };
}

function comparePrereleases(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) {
    return b.length - a.length; // a release is newer than what led to it
  }
  for (const [i, part] of a.entries()) {
    const other = b[i];
    if (other === undefined) {
      return 1;
    }
    const difference = compareParts(part, other);
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}

/** Numbers by their size and before words, which go by their characters. */
function compareParts(a: string, b: string): number {
  const [m, n] = [a, b].map((part) =>
    /^\d+$/.test(part) ? Number(part) : NaN,
  );
  if (!Number.isNaN(m) && !Number.isNaN(n)) {
    return (m as number) - (n as number);
  }
  if (Number.isNaN(m) !== Number.isNaN(n)) {
    return Number.isNaN(m) ? 1 : -1;
  }
  return a < b ? -1 : Number(a > b);
}
