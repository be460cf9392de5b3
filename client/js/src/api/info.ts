import type { CallOptions } from '../deadline.js';
import type { Link } from '../link.js';
import { type ID, Methods, type Status, type Version } from '../nodeapi.gen.js';
import { type Numbers, numbers } from '../numbers.js';

/** The node's identity. */
export type IDResult = ID;

/** What is running. */
export type VersionResult = Version;

/** The worker's account of itself, its figures as numbers. */
export type StatusResult = Numbers<Status>;

/** `id` */
export async function id(link: Link, options: CallOptions): Promise<IDResult> {
  return (await link.call(Methods.ID, null, false, options).result()) as ID;
}

/** `version` */
export async function version(
  link: Link,
  options: CallOptions,
): Promise<VersionResult> {
  const call = link.call(Methods.Version, null, false, options);
  return (await call.result()) as Version;
}

/** `isOnline` */
export async function isOnline(
  link: Link,
  options: CallOptions,
): Promise<boolean> {
  const call = link.call(Methods.IsOnline, null, false, options);
  return (await call.result()) as boolean;
}

/** `status` */
export async function status(
  link: Link,
  options: CallOptions,
): Promise<StatusResult> {
  const call = link.call(Methods.Status, null, false, options);
  return numbers(await call.result()) as StatusResult;
}
