import { test } from 'node:test';
import type { KuboRPCClient } from 'kubo-rpc-client';
import type { CID, Sharednode } from '../src/index.js';

/**
 * What a program written for Kubo's client may call on ours: each method takes
 * what Kubo's does, and gives what can stand for what Kubo's gives.
 */
type Takes<Theirs, Ours> = {
  [M in keyof Ours & keyof Theirs]: Theirs[M] extends (
    ...args: infer A
  ) => infer R
    ? Ours[M] extends (...args: A) => infer O
      ? Gives<R, O>
      : ['takes other arguments', M]
    : never;
};
type Gives<R, O> = Text<O> extends Text<R> ? true : [Text<O>, Text<R>];

/** What Kubo's client has for objects of libp2p's is text here. */
type Text<T> = T extends CID | Uint8Array | URL | Error | bigint
  ? T
  : T extends { toCID(): unknown } | { getComponents(): unknown }
    ? string
    : T extends Promise<infer P>
      ? Promise<Text<P>>
      : T extends AsyncGenerator<infer I> | AsyncIterable<infer I>
        ? AsyncIterable<Text<I>>
        : T extends (infer I)[]
          ? Text<I>[]
          : T extends object
            ? { [K in keyof T]: Text<T[K]> }
            : T;

type Wrong<Results> = {
  [M in keyof Results as Results[M] extends true ? never : M]: Results[M];
};
type Is<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2
    ? true
    : false;
function check<_T extends true>(): void {}

/** Kubo's groups that are here as well. */
type Group = {
  [G in keyof KuboRPCClient & keyof Sharednode]: Sharednode[G] extends (
    ...args: never
  ) => Promise<unknown> | AsyncIterable<unknown>
    ? never
    : G;
}[keyof KuboRPCClient & keyof Sharednode];
type Of<G extends Group> = G extends Group
  ? keyof Wrong<Takes<KuboRPCClient[G], Sharednode[G]>>
  : never;

test('what is written for Kubo’s client compiles with ours', () => {
  check<Is<keyof Wrong<Takes<KuboRPCClient, Sharednode>>, never>>();
  // What is there to be provided the node does not count.
  check<Is<Of<'bitswap'>, 'stat'>>();
  check<Is<Of<'stats'>, 'bitswap'>>();
  // The configuration has other fields, and messages say in text whose they are.
  check<Is<Of<'config'>, 'get' | 'getAll'>>();
  check<Is<Of<'pubsub'>, 'subscribe' | 'unsubscribe'>>();
  type Other = 'bitswap' | 'stats' | 'config' | 'pubsub';
  check<Is<Of<Exclude<Group, Other>>, never>>();
  type Refs = {
    refs: KuboRPCClient['refs'];
    local: KuboRPCClient['refs']['local'];
  };
  type OurRefs = {
    refs: Sharednode['refs'];
    local: Sharednode['refs']['local'];
  };
  check<Is<keyof Wrong<Takes<Refs, OurRefs>>, never>>();
});
