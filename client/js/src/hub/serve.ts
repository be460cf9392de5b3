import { connect, SharednodeError } from 'sharednode';
import type { ConnectOptions } from '../connect.js';
import { messageOf } from '../errors.js';
import type { Sharednode } from '../node.js';
import type { Grants } from '../nodeapi.gen.js';
import type { StorageAccess } from '../party.js';
import { askAccess, canAskAccess, keptAccess } from './access.js';
import { AskButton, consentOf, openConsent } from './ask.js';
import { readKnock, type Reply } from './messages.js';
import { refusalOf } from './refusal.js';
import { covers, readWant, union } from './wants.js';

/** Who asks a hub for what. */
export interface HubRequest {
  /** Of the page that embeds the hub. */
  readonly origin: string;
  readonly want: Readonly<Grants>;
  /** What is kept for the origin, if something is; it does not cover `want`. */
  readonly kept?: Readonly<Grants> | undefined;
}

/** What is granted, and whether it is kept for the next time. */
export interface Decision {
  readonly grants: Grants;
  readonly remember?: boolean | undefined;
}

/** A policy: what is granted, `ask` to leave it to the person, or `deny`. */
export type Decide = (
  request: HubRequest,
) => Decision | 'ask' | 'deny' | Promise<Decision | 'ask' | 'deny'>;

/** Options of {@link serveHub}; those of the node are as in `connect`. */
export interface HubOptions extends Pick<
  ConnectOptions,
  'config' | 'repo' | 'worker' | 'workerURL'
> {
  /** Asked about an origin that wants more than is kept for it; by default `ask`. */
  decide?: Decide | undefined;
  /** The page that asks the person; `consent.html` beside this script unless set. */
  consentURL?: URL | string | undefined;
}

/**
 * Makes this page a hub: pages of other origins that have it in a frame are
 * handed a port to its node, with what they are granted. To be called before the
 * page has loaded.
 *
 * A page that is itself in a frame is not served, nor one of an opaque origin, as
 * sandboxed frames are: it could not be told to the person who asks.
 */
export function serveHub(options: HubOptions = {}): void {
  let served = false;
  addEventListener('message', ({ data, origin, ports, source }) => {
    const knock = readKnock(data);
    const [port] = ports;
    if (knock === undefined || port === undefined || source !== parent) {
      return; // what other scripts say to windows
    }
    const { version } = knock;
    const refusal = refusalOf({ origin, version }, served, self);
    if (refusal === undefined) {
      served = true;
      void new Line(port, options).serve(origin, knock.want);
    } else {
      port.postMessage(refusal);
      port.close();
    }
  });
}

/** The way to one page that has the hub in a frame. */
class Line {
  readonly #port: MessagePort;
  readonly #options: HubOptions;
  #access: StorageAccess | undefined;
  #node: Sharednode | undefined;
  #partitioned = false;

  constructor(port: MessagePort, options: HubOptions) {
    this.#port = port;
    this.#options = options;
  }

  /** Answers a knock. */
  async serve(origin: string, wanted: unknown): Promise<void> {
    this.#say({ type: 'hello' });
    try {
      await this.#serve(origin, readWant(wanted));
    } catch (error) {
      await this.#leave();
      const known = error instanceof SharednodeError;
      const wrong = error instanceof TypeError; // what is wanted
      const code = known ? error.code : wrong ? 'invalid-option' : 'hub-failed';
      const details = known ? error.details : {};
      this.#say({ type: 'refused', code, message: messageOf(error), details });
    }
  }

  async #serve(origin: string, want: Grants): Promise<void> {
    this.#access = await keptAccess();
    const kept = await this.#kept(origin);
    if (isSettled(origin, want, kept)) {
      return this.#give(origin);
    }
    const { decide = () => 'ask' as const } = this.#options;
    const decision = await decide({ origin, want, kept });
    if (decision !== 'ask') {
      return this.#carryOut(origin, decision);
    }
    const button = new AskButton(origin);
    this.#say({ type: 'show' });
    // A page may have many frames that wait: they keep nobody out.
    await this.#leave();
    try {
      if (this.#access === undefined && canAskAccess()) {
        this.#access = await button.clicked('Continue…', askAccess);
        if (
          this.#access !== undefined &&
          isSettled(origin, want, await this.#kept(origin))
        ) {
          return await this.#give(origin);
        }
      }
      const answer = await this.#ask(button, origin, want);
      await this.#carryOut(origin, answer);
      noteAsked(origin, want);
    } finally {
      button.remove();
      this.#say({ type: 'hide' });
    }
  }

  /** Asks the person, as often as the window is closed without an answer. */
  async #ask(
    button: AskButton,
    origin: string,
    want: Grants,
  ): Promise<Decision | 'deny'> {
    const { consentURL = new URL('./consent.html', import.meta.url) } =
      this.#options;
    const url = new URL(consentURL, location.href);
    // Where the browser has just let the frame do more, no second click is needed.
    const { userActivation } = navigator;
    let consent = userActivation?.isActive ? openConsent(url) : undefined;
    for (;;) {
      consent ??= await button.clicked('Review…', () => openConsent(url));
      if (consent === undefined) {
        throw new SharednodeError(
          'hub-refused',
          'the browser opens no window to ask the person in: it is told not to, or the frame of the hub is sandboxed, without allow-popups',
          { op: 'connectHub', details: { reason: 'window' } },
        );
      }
      const partitioned = this.#partitioned;
      const verdict = await consentOf(consent, { origin, want, partitioned });
      if (verdict !== undefined) {
        const { grants, remember } = verdict;
        return grants === undefined
          ? 'deny'
          : { grants: readWant(grants), remember };
      }
      consent = undefined;
    }
  }

  async #carryOut(origin: string, decision: Decision | 'deny'): Promise<void> {
    if (decision === 'deny') {
      throw new SharednodeError('grants-denied', 'nothing was granted', {
        op: 'connectHub',
      });
    }
    const { grants, remember = false } = decision;
    if (remember) {
      const kept = await this.#kept(origin);
      const node = await this.#open();
      await node.grants.set(origin, union(kept ?? {}, grants));
      await this.#give(origin);
    } else {
      await this.#give(origin, grants);
    }
  }

  /** Gives a port, with what is kept for the origin or with grants of its own. */
  async #give(origin: string, grants?: Grants): Promise<void> {
    const node = await this.#open();
    const { port } = await node.createPort({ origin, grants });
    this.#say({ type: 'granted' }, [port]);
  }

  async #kept(origin: string): Promise<Grants | undefined> {
    const node = await this.#open();
    for await (const { grants } of node.grants.list({ origin })) {
      return grants;
    }
    return undefined;
  }

  async #open(): Promise<Sharednode> {
    if (this.#node === undefined) {
      const { config, repo, worker, workerURL } = this.#options;
      const access = this.#access;
      const onConflict = 'join';
      this.#node = await connect({
        access,
        config,
        onConflict,
        repo,
        worker,
        workerURL,
      });
      this.#partitioned = this.#node.storage === 'partitioned';
    }
    return this.#node;
  }

  async #leave(): Promise<void> {
    const node = this.#node;
    this.#node = undefined;
    await node?.close();
  }

  #say(reply: Reply, transfer: MessagePort[] = []): void {
    this.#port.postMessage(reply, transfer);
  }
}

/**
 * Whether an origin that has grants needs no other: they are all that it wants, or
 * the person was asked about the rest before.
 */
function isSettled(
  origin: string,
  want: Grants,
  kept: Grants | undefined,
): boolean {
  return kept !== undefined && covers(union(kept, askedBefore(origin)), want);
}

const askedKey = (origin: string) => `sharednode:asked:${origin}`;

/** Remembers what the person was asked, and may have granted in part. */
function noteAsked(origin: string, want: Grants): void {
  try {
    const all = union(askedBefore(origin), want);
    localStorage.setItem(askedKey(origin), JSON.stringify(all));
  } catch {
    // Where there is no storage the person is asked again.
  }
}

function askedBefore(origin: string): Grants {
  try {
    return readWant(JSON.parse(localStorage.getItem(askedKey(origin)) ?? '{}'));
  } catch {
    return {};
  }
}
