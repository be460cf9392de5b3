import { readFileSync } from 'node:fs';

/** Reads golden vectors, which Go tests too; the path is from the root. */
export function readVectors<T>(path: string): T {
  const text = readFileSync(new URL(`../../${path}`, root), 'utf8');
  return JSON.parse(text) as T;
}

// Tests run in the package's directory.
const root = new URL(`file://${process.cwd()}/`);

/** Reads a value as the vectors write it: some numbers and all bytes as text. */
export function fromJSON(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(fromJSON);
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return BigInt(value as number);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const { $int, $hex, $bytes } = value as Record<string, string>;
  if ($int !== undefined) {
    return BigInt($int);
  }
  if ($hex !== undefined || $bytes !== undefined) {
    return hex($hex ?? $bytes ?? '');
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, fromJSON(field)]),
  );
}

/** Reads bytes, which may have to be filled up with zeros. */
export function hex(text: string, padTo = 0): Uint8Array {
  const bytes = Buffer.from(text, 'hex');
  const padded = new Uint8Array(Math.max(bytes.length, padTo));
  padded.set(bytes);
  return padded;
}

/** Writes bytes as the vectors have them. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
