import type { CallOptions } from '../deadline.js';
import type { Link } from '../link.js';
import {
  type ID,
  Methods,
  type SessionStatus,
  type Status,
  type Version,
} from '../nodeapi.gen.js';

/** The node's identity. */
export type IDResult = ID;

/** What is running. */
export type VersionResult = Version;

/** The worker's account of one tab's session. */
export interface SessionResult extends SessionStatus {
  started: number;
  calls: number;
  received: number;
  sent: number;
}

/** The worker's account of itself. */
export interface StatusResult extends Status {
  started: number;
  memory: number;
  sessions: SessionResult[];
}

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
  const status = (await call.result()) as Status;
  return {
    ...status,
    started: Number(status.started),
    memory: Number(status.memory),
    sessions: status.sessions.map((session) => ({
      ...session,
      started: Number(session.started),
      calls: Number(session.calls),
      received: Number(session.received),
      sent: Number(session.sent),
    })),
  };
}
