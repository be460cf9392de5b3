import type { RoomMember } from '../nodeapi.gen.js';

/** Who is in a room, but for oneself: members, each of a peer. */
export class Members {
  readonly #members = new Map<string, RoomMember>();
  readonly #perPeer = new Map<string, number>();

  /** Adds a member; says whether it, and whether its peer, was not there yet. */
  add(member: RoomMember): { member: boolean; peer: boolean } {
    const { peer } = member;
    const key = keyOf(member);
    if (this.#members.has(key)) {
      return { member: false, peer: false };
    }
    const count = this.#perPeer.get(peer) ?? 0;
    this.#members.set(key, member);
    this.#perPeer.set(peer, count + 1);
    return { member: true, peer: count === 0 };
  }

  /** Removes a member; says whether it, and its peer as a whole, was there. */
  remove(member: RoomMember): { member: boolean; peer: boolean } {
    const { peer } = member;
    if (!this.#members.delete(keyOf(member))) {
      return { member: false, peer: false };
    }
    const left = (this.#perPeer.get(peer) ?? 0) - 1;
    if (left > 0) {
      this.#perPeer.set(peer, left);
    } else {
      this.#perPeer.delete(peer);
    }
    return { member: true, peer: left <= 0 };
  }

  hasPeer(peer: string): boolean {
    return this.#perPeer.has(peer);
  }

  get peers(): string[] {
    return [...this.#perPeer.keys()];
  }

  get all(): RoomMember[] {
    return [...this.#members.values()];
  }
}

function keyOf({ peer, session = '' }: RoomMember): string {
  return `${peer} ${session}`;
}
