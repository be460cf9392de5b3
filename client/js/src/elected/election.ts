import { messageOf } from '../errors.js';
import { Carrier, CarrierError } from './carrier.js';
import { Claim } from './claim.js';
import type { Dial } from './dial.js';
import { Leader } from './leader.js';
import {
  type Carried,
  type ElectionMessage,
  electionName,
  type Ended,
  type Lead,
  readElection,
} from './messages.js';
import { Silence } from './silence.js';

/** How long, in ms, a port that was sent off may take before another is sent. */
const DELIVERY = 3000;

/** The pause, in ms, before a worker that ended without a word is asked again. */
const RESPAWN = 250;

/** One tab's part in the election of a repo, from entering it to leaving. */
export class Election {
  readonly #repo: string;
  readonly #dials: ReadonlySet<Dial>;
  readonly #channel: BroadcastChannel;
  readonly #claim: Claim;
  readonly #silence: Silence;
  readonly #carrier: Carrier;
  /** This tab's time as the leader. */
  #leader: Leader | undefined;
  /** Who leads, as far as is known. */
  #lead: Lead | undefined;
  #closed = false;

  /**
   * Enters the election.
   *
   * @param script the Service Worker's
   * @param dials the ports of this tab's clients, as they come and go
   */
  constructor(
    locks: LockManager,
    repo: string,
    script: URL,
    dials: ReadonlySet<Dial>,
  ) {
    const name = electionName(repo);
    this.#repo = repo;
    this.#dials = dials;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#receive(readElection(data));
    this.#carrier = new Carrier(script, (carried, port) => {
      this.#accept(carried, port);
    });
    this.#silence = new Silence(
      () => this.#ask(),
      () => this.#claim.steal(),
    );
    this.#claim = new Claim(locks, name, {
      onlead: () => this.#begin(),
      onlost: () => this.#stepDown(),
      onrefused: (error) => this.#refused(error),
    });
    this.#claim.wait();
    this.#silence.start();
  }

  /** Leads a port to the leader's worker, or asks where that is. */
  place(dial: Dial): void {
    if (this.#leader !== undefined) {
      dial.term = this.#leader.term;
      this.#leader.take(dial.url, dial.begin());
    } else if (this.#lead?.client) {
      dial.term = this.#lead.term;
      void this.#carry(dial, this.#lead);
    } else {
      this.#ask();
    }
  }

  /** Leaves at once. */
  close(): void {
    this.#closed = true;
    this.#silence.stop();
    this.#leader?.end();
    this.#claim.close();
    this.#carrier.close();
    this.#channel.close();
  }

  #begin(): void {
    this.#silence.stop();
    const order = Math.max(Date.now(), (this.#lead?.order ?? 0) + 1);
    this.#leader = new Leader(this.#repo, order, (url, failure) => {
      this.#tellEnd(url, failure);
    });
    this.#announce();
  }

  /** Another tab leads. */
  #stepDown(): void {
    if (this.#leader !== undefined) {
      this.#leader.retire();
      this.#leader = undefined;
      this.#lead = undefined;
      this.#silence.start();
    }
  }

  #refused(error: unknown): void {
    for (const dial of this.#dials) {
      dial.fail('not-supported', `no Web Lock here: ${messageOf(error)}`);
    }
  }

  #say(message: ElectionMessage): void {
    if (!this.#closed) {
      this.#channel.postMessage(message);
    }
  }

  #ask(): void {
    const waits = [...this.#dials].some((dial) => !dial.answered);
    this.#say({ type: 'ask', carry: waits });
  }

  /** @param lacks why this tab cannot be reached, or '' */
  #announce(lacks = ''): void {
    if (this.#leader !== undefined && !this.#closed) {
      const { term, order, client } = this.#leader;
      const lead: Lead = { type: 'lead', term, order, client, lacks };
      this.#say(lead);
      this.#follow(lead);
    }
  }

  #receive(message: ElectionMessage | undefined): void {
    switch (message?.type) {
      case 'ask':
        this.#answer(message.carry);
        break;
      case 'lead':
        this.#hear(message);
        break;
      case 'taken':
        this.#dials.forEach((dial) => {
          dial.taken ||= dial.id === message.id;
        });
        break;
      case 'ended':
        this.#hearEnd(message);
        break;
      default: // of a later version
    }
  }

  #answer(carry: boolean): void {
    const leader = this.#leader;
    if (leader === undefined) {
      return;
    }
    this.#announce();
    if (carry && leader.client === '') {
      this.#carrier.address().then(
        (client) => {
          leader.client = client;
          this.#announce();
        },
        (error: unknown) => this.#announce(messageOf(error)),
      );
    }
  }

  #hear(lead: Lead): void {
    const known = this.#leader ?? this.#lead;
    if (lead.term !== known?.term && lead.order <= (known?.order ?? 0)) {
      return; // one that was frozen, and has not heard yet
    }
    this.#stepDown();
    this.#silence.heard();
    this.#follow(lead);
  }

  /** Leads on the ports that went to a leader before, or to none yet. */
  #follow(lead: Lead): void {
    this.#lead = lead;
    for (const dial of this.#dials) {
      if (dial.term === lead.term) {
        continue;
      }
      if (dial.answered) {
        dial.move();
      } else if (lead.lacks) {
        const message = `the tab that runs the worker cannot be reached: ${lead.lacks}`;
        dial.fail('not-supported', message);
      } else if (lead.client || this.#leader !== undefined) {
        this.place(dial);
      }
    }
  }

  /** Sends a port to the leader, and another if that one gets lost. */
  async #carry(dial: Dial, { term, client }: Lead): Promise<void> {
    try {
      while (this.#isDue(dial, term)) {
        await this.#carrier.send(() => {
          if (!this.#isDue(dial, term)) {
            return undefined;
          }
          const port = dial.begin();
          const { id, url } = dial;
          return [{ sharednode: 'port', to: client, term, id, url }, port];
        });
        const { id } = dial;
        await new Promise((resolve) => setTimeout(resolve, DELIVERY));
        if (dial.taken || dial.id !== id) {
          return;
        }
      }
    } catch (error) {
      if (this.#isDue(dial, term)) {
        const { code = 'not-supported', details } =
          error instanceof CarrierError ? error : {};
        dial.fail(code, messageOf(error), details);
      }
    }
  }

  /** Whether a port that was led to a leader waits for an answer still. */
  #isDue(dial: Dial, term: string): boolean {
    const waits = this.#dials.has(dial) && !dial.answered;
    return waits && dial.term === term && !this.#closed;
  }

  /** Takes a port that was carried here, if this tab leads still. */
  #accept({ term, id, url }: Carried, port: MessagePort): void {
    if (this.#leader?.term === term) {
      this.#leader.take(url, port);
      this.#say({ type: 'taken', id });
    } else {
      port.close();
    }
  }

  #tellEnd(url: string, failure: string): void {
    if (this.#leader !== undefined) {
      const { term } = this.#leader;
      const ended: Ended = { type: 'ended', term, url, failure };
      this.#say(ended);
      this.#hearEnd(ended);
    }
  }

  /** Who was not answered by a worker that has ended will not be. */
  #hearEnd({ term, url, failure }: Ended): void {
    for (const dial of this.#dials) {
      if (dial.url !== url || dial.term !== term || dial.answered) {
        continue;
      }
      if (failure) {
        const message = `the worker's script could not be run: ${url}: ${failure}`;
        dial.fail('worker-failed', message, { url });
      } else {
        setTimeout(() => {
          if (this.#isDue(dial, term)) {
            this.place(dial);
          }
        }, RESPAWN);
      }
    }
  }
}
