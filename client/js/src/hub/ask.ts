import type { Grants } from '../nodeapi.gen.js';
import type { Question, Ready, Verdict } from './messages.js';

/** How often it is looked whether the person has closed the window, in ms. */
const LOOK = 300;

/** The size of the window, in CSS pixels. */
const WINDOW = 'popup,width=480,height=680';

/**
 * A button in the hub's frame, which the person has to click: the browser lets
 * frames open windows, and ask for storage, only then.
 */
export class AskButton {
  readonly #place = document.createElement('section');
  readonly #button = document.createElement('button');

  constructor(origin: string) {
    const text = document.createElement('p');
    const who = document.createElement('strong');
    const site = document.createElement('bdi');
    site.textContent = hostOf(origin);
    who.append(site);
    text.append(who, ` asks to use your node at ${location.host}.`);
    this.#place.className = 'ask';
    this.#place.hidden = true;
    this.#place.setAttribute('aria-label', 'A request');
    this.#button.type = 'button';
    this.#place.append(text, this.#button);
    document.body.append(this.#place);
  }

  /**
   * Waits for a click, and gives what is done in its turn.
   *
   * @param label what the button says
   */
  clicked<T>(label: string, act: () => T): Promise<T> {
    this.#button.textContent = label;
    this.#place.hidden = false;
    return new Promise((resolve) => {
      this.#button.onclick = () => {
        this.#button.onclick = null;
        resolve(act());
      };
    });
  }

  remove(): void {
    this.#place.remove();
  }
}

/**
 * Opens the consent page in a window of its own, at the hub's own origin, which
 * nobody can draw over. Undefined if the browser does not open it.
 */
export function openConsent(url: URL): Window | undefined {
  try {
    return window.open(url, '_blank', WINDOW) ?? undefined;
  } catch {
    return undefined; // as Firefox has it for sandboxed frames
  }
}

/**
 * Has that page ask the person, and gives the answer, or nothing if it was closed
 * without one.
 */
export async function consentOf(
  consent: Window,
  question: Omit<Question, 'sharednode'>,
): Promise<Verdict | undefined> {
  const { port1, port2 } = new MessageChannel();
  const over = new AbortController();
  try {
    return await new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(readVerdict(data));
      const onmessage = ({ origin, source, data }: MessageEvent) => {
        const ready = Object(data) as Ready;
        if (
          origin === location.origin &&
          source === consent &&
          ready.sharednode === 'consent'
        ) {
          over.abort();
          const asked: Question = { sharednode: 'question', ...question };
          consent.postMessage(asked, location.origin, [port2]);
        }
      };
      addEventListener('message', onmessage, { signal: over.signal });
      const look = setInterval(() => {
        if (consent.closed) {
          clearInterval(look);
          // An answer that is on its way comes first.
          setTimeout(() => resolve(undefined), LOOK);
        }
      }, LOOK);
    });
  } finally {
    over.abort();
    port1.close();
  }
}

function readVerdict(data: unknown): Verdict | undefined {
  const { type, grants, remember } = Object(data) as Verdict;
  return type === 'verdict'
    ? {
        type,
        remember: remember === true,
        ...(grants && { grants: Object(grants) as Grants }),
      }
    : undefined;
}

/** What a person knows an origin by; whether it is encrypted matters, too. */
export function hostOf(origin: string): string {
  return origin.replace(/^https:\/\//, '');
}
