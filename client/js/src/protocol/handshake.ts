import { FrameError, MIN_WINDOW } from './frame.js';
import { readMap } from './payload.js';

/** The versions of the protocol that this client speaks. */
export const VERSIONS = [1];

/** What a client says first. */
export interface Hello {
  /** Name and version, for people. */
  client: string;
  /** Name of a Web Lock that is held as long as the client lives, or ''. */
  lock: string;
  /** Bytes taken on each call before credit is sent. */
  window: number;
  /** What the application has to say. */
  app: unknown;
}

/** What the server answers. */
export interface Welcome {
  version: number;
  server: string;
  epoch: string;
  session: string;
  lock: string;
  window: number;
  maxFrame: number;
  maxCalls: number;
  maxUploads: number;
  app: unknown;
}

const texts = ['server', 'epoch', 'session', 'lock'] as const;

/** The least that each number may be. */
const counts = {
  version: 1,
  window: MIN_WINDOW,
  maxFrame: 32 * 1024,
  maxCalls: 1,
  maxUploads: 1,
} as const;

/** Reads the payload of welcome. */
export function readWelcome(payload: Uint8Array): Welcome {
  const map = readMap(payload);
  for (const name of texts) {
    if (typeof map[name] !== 'string') {
      throw new FrameError(`welcome.${name} is no text`);
    }
  }
  for (const [name, least] of Object.entries(counts)) {
    const value = map[name];
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw new FrameError(`welcome.${name} is ${String(value)}`);
    }
  }
  const welcome = map as unknown as Welcome;
  if (!VERSIONS.includes(welcome.version)) {
    throw new FrameError(`welcome.version is ${welcome.version}`);
  }
  return welcome;
}
