import type { Core } from '../core.js';
import { Methods, type SwarmEvent } from '../nodeapi.gen.js';

/** Told of peers that come, and of those that go or can no longer be seen. */
export interface PeerEvents {
  onconnect(peer: string): void;
  ondisconnect(peer: string): void;
}

/**
 * Watches which peers are connected, from now until the client is closed. Those
 * that are connected already are told as if they had just come; all go when the
 * worker does.
 */
export function watchPeers(
  { link, itemsOf, Standing }: Core,
  events: PeerEvents,
): void {
  const connected = new Set<string>();
  const standing = new Standing(link, Methods.SwarmEvents, null, {
    async read(call, stands) {
      stands();
      for await (const { type, peer } of itemsOf<SwarmEvent>(call)) {
        if (type === 'connect') {
          connected.add(peer);
          events.onconnect(peer);
        } else if (connected.delete(peer)) {
          events.ondisconnect(peer);
        }
      }
    },
    onloss() {
      const gone = [...connected];
      connected.clear();
      gone.forEach((peer) => events.ondisconnect(peer));
    },
    onerror: (error) => link.warn(error),
  });
  standing.open({}).catch((error: unknown) => link.warn(error));
}
