import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  Methods,
  type PingRequest,
  type PingResult as Told,
} from '../nodeapi.gen.js';
import { count } from '../options.js';
import type { TextLike } from '../peers.js';

/** Options of `ping`. */
export interface PingOptions extends CallOptions {
  /** How many times; 10 unless set. */
  count?: number | undefined;
}

/** One thing that a ping tells. */
export interface PingResult {
  /** Whether it was answered. */
  success: boolean;
  /** Nanoseconds, there and back; 0 where there is only text. */
  time: number;
  /** What there is to say, for people. */
  text: string;
}

/** `ping` */
export async function* ping(
  { link, itemsOf, pick, toPeer }: Core,
  peer: TextLike,
  options: PingOptions,
): AsyncGenerator<PingResult, void> {
  const op = Methods.Ping;
  const request: PingRequest = {
    ...pick<Omit<PingRequest, 'peer'>>(op, options, { count }),
    peer: toPeer(peer, op),
  };
  const call = link.call(op, request, options);
  for await (const { success, time = 0, text = '' } of itemsOf<Told>(call)) {
    yield { success, time: Number(time), text };
  }
}
