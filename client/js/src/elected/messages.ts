import { workerName } from '../names.js';

/** The lock of a repo's election, and the channel of those who take part. */
export function electionName(repo: string): string {
  return `${workerName(repo)}:leader`;
}

/** From any tab to all: who leads? */
export interface Ask {
  type: 'ask';
  /** Whether ports are to be carried, for which the leader needs an address. */
  carry: boolean;
}

/** From the leader to all, when it begins to lead and when it is asked. */
export interface Lead {
  type: 'lead';
  /** Random: names this tab's time as the leader. */
  term: string;
  /** Greater than that of any term before: a leader that was frozen may wake. */
  order: number;
  /** The leader as Service Workers know it, or '' if it does not know yet. */
  client: string;
  /** Why it cannot know, or ''. */
  lacks: string;
}

/** From the leader to all: a port has reached its worker. */
export interface Taken {
  type: 'taken';
  id: string;
}

/** From the leader to all: a worker that it ran is no more. */
export interface Ended {
  type: 'ended';
  term: string;
  /** The worker's script. */
  url: string;
  /** Why its script did not run at all, or ''. */
  failure: string;
}

/** What is said on the channel of an election. */
export type ElectionMessage = Ask | Lead | Taken | Ended;

/** A port on its way to a leader, by way of a Service Worker. */
export interface Carried {
  sharednode: 'port';
  /** The leader's `client`. */
  to: string;
  term: string;
  /** Names the port, for the answer that it was taken. */
  id: string;
  /** The worker's script. */
  url: string;
}

/** From a page to a Service Worker, which answers with {@link You}. */
export interface Whoami {
  sharednode: 'whoami';
}

/** From a Service Worker to the page that asked. */
export interface You {
  sharednode: 'you';
  client: string;
}

/** What each message has, by its tag. */
const shapes = new Map<unknown, Record<string, string>>([
  ['ask', { carry: 'boolean' }],
  [
    'lead',
    { term: 'string', order: 'number', client: 'string', lacks: 'string' },
  ],
  ['taken', { id: 'string' }],
  ['ended', { term: 'string', url: 'string', failure: 'string' }],
  ['port', { to: 'string', term: 'string', id: 'string', url: 'string' }],
  ['whoami', {}],
  ['you', { client: 'string' }],
]);

/**
 * Reads a message of the channel. What is not one of these is nothing: tabs of
 * a newer version may say more.
 */
export function readElection(data: unknown): ElectionMessage | undefined {
  return read<ElectionMessage>(data, 'type');
}

/** Reads a message by way of a Service Worker, which others use as well. */
export function readCarried(data: unknown): Carried | Whoami | You | undefined {
  return read<Carried | Whoami | You>(data, 'sharednode');
}

function read<T>(data: unknown, tag: string): T | undefined {
  const message = Object(data) as Record<string, unknown>;
  const shape = shapes.get(message[tag]);
  const fits =
    shape !== undefined &&
    Object.entries(shape).every(([f, type]) => typeof message[f] === type);
  return fits ? (message as T) : undefined;
}

/** A name that nobody else has. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
