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
export function id(link: Link, options: CallOptions): Promise<IDResult> {
  return link.ask(Methods.ID, null, options);
}

/** `version` */
export function version(
  link: Link,
  options: CallOptions,
): Promise<VersionResult> {
  return link.ask(Methods.Version, null, options);
}

/** `isOnline` */
export function isOnline(link: Link, options: CallOptions): Promise<boolean> {
  return link.ask(Methods.IsOnline, null, options);
}

/** `status` */
export async function status(
  link: Link,
  options: CallOptions,
): Promise<StatusResult> {
  return numbers(await link.ask<Status>(Methods.Status, null, options));
}
