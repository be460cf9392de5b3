import { SharednodeError } from './errors.js';

/**
 * Options are checked here only as far as their wrong values could not be told
 * on the wire; the node says which texts and numbers it takes.
 */

/** Whether a value can be sent as what the node expects. */
export type Check = (value: unknown) => boolean;

export const text: Check = (value) => typeof value === 'string';

export const bool: Check = (value) => typeof value === 'boolean';

/** An integer of at most 32 bits. */
export const integer: Check = (value) =>
  typeof value === 'number' && (value | 0) === value;

/** A whole number of at most 64 bits. */
export const count: Check = (value) =>
  typeof value === 'bigint'
    ? value >= 0n && value < 1n << 64n
    : Number.isSafeInteger(value) && (value as number) >= 0;

export const texts: Check = (value) =>
  Array.isArray(value) && value.every(text);

export const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

export const func: Check = (value) => typeof value === 'function';

/**
 * Takes from options those that the checks name, leaving out what is undefined
 * and whatever else is there. A value of a wrong type throws `invalid-option`.
 */
export function pick<T extends object>(
  op: string,
  options: object,
  checks: Record<keyof T, Check>,
): T {
  checkOptions(op, options);
  const picked: Record<string, unknown> = {};
  for (const name in checks) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) {
      continue;
    }
    if (!checks[name](value)) {
      throw invalidOption(op, name, value);
    }
    picked[name] = value;
  }
  return picked as T;
}

/** Refuses options that are not an object. */
export function checkOptions(op: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(op, 'options', options);
  }
}

/** The error of an option that the client or the node does not take. */
export function invalidOption(
  op: string,
  option: string,
  value: unknown,
): SharednodeError {
  return new SharednodeError(
    'invalid-option',
    `${option}: ${describe(value)} is not taken`,
    { op, details: { option, value } },
  );
}

/** Names a value in a few words. */
export function describe(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  }
  return value instanceof Object
    ? Object.prototype.toString.call(value)
    : String(value);
}
