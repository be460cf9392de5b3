/** T with a number for each integer in it, however large. */
export type Numbers<T> = T extends bigint
  ? number
  : T extends Uint8Array
    ? T
    : T extends object
      ? { [K in keyof T]: Numbers<T[K]> }
      : T;

/** Gives lists and maps of plain values with numbers for integers. */
export function numbers<T>(value: T): Numbers<T>;
export function numbers(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number(value);
  }
  if (Array.isArray(value)) {
    return value.map(numbers);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, numbers(part)]),
    );
  }
  return value;
}
