import type { Grants } from '../nodeapi.gen.js';
import { bytes } from '../inspector/format.js';
import { hostOf } from './ask.js';
import { DEFAULT_QUOTA } from './wants.js';

/** One thing that may be granted, in words. */
export interface Wording {
  /** What is granted if it is. */
  readonly grants: Grants;
  readonly what: string;
  /** What follows of it, where that is not plain. */
  readonly more?: string;
}

/** Puts what somebody wants, or was granted, in words that people know. */
export function inWords(origin: string, grants: Grants): Wording[] {
  const { id, read, list, add, pin, files } = grants;
  const quota = bytes(Number(grants.quota) || DEFAULT_QUOTA);
  const words: (Wording | false | undefined)[] = [
    read && {
      grants: { read },
      what: 'Read files whose address it knows',
      more: 'Also from other people, through your connection.',
    },
    add && {
      grants: { add },
      what: 'Add files',
      more: `It may keep up to ${quota} here.`,
    },
    pin && {
      grants: { pin },
      what: 'Choose which of its files are kept',
      more: 'It cannot see or change what you or other sites keep.',
    },
    files && {
      grants: { files },
      what: 'Have a folder of its own',
      more: `Its folder is /origins/${origin.replace('://', '/')}; it sees no other.`,
    },
    list && {
      grants: { list },
      what: 'See everything that is stored here',
      more: 'Also what you and other sites have added. This tells much about you.',
    },
    ...named(
      grants,
      'rooms',
      'Join',
      'rooms',
      'Others in a room see that you are there.',
    ),
    ...named(grants, 'topics', 'Send and read messages on', 'topics'),
    ...(grants.protocols ?? []).map((id) => ({
      grants: { protocols: [id] },
      what: `Exchange data with other people’s programs by ${quote(id)}`,
    })),
    id && {
      grants: { id },
      what: 'Know your node’s name on the network',
      more: 'Sites that know it can tell that you are the same person.',
    },
  ];
  return words.filter((w) => w !== undefined && w !== false);
}

function named(
  grants: Grants,
  kind: 'rooms' | 'topics',
  verb: string,
  noun: string,
  more?: string,
): Wording[] {
  return (grants[kind] ?? []).map((start) => ({
    grants: { [kind]: [start] },
    what:
      start === ''
        ? `${verb} all ${noun}`
        : `${verb} ${noun} whose names begin with ${quote(start)}`,
    ...(more && { more }),
  }));
}

/** The name of a site, and in quotes what it has chosen itself. */
export { hostOf };

/**
 * Quotes a name that somebody else has chosen, with what would change how the text
 * around it is read replaced.
 */
function quote(name: string): string {
  return `“${name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')}”`;
}
