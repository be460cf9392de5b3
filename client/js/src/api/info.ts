import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type ID,
  Methods,
  type SampleList,
  type Status,
  type StatusSample,
  type Version,
} from '../nodeapi.gen.js';
import { type Numbers, numbers } from '../numbers.js';
import { count } from '../options.js';
import type { TextLike } from '../peers.js';
import { ping, type PingOptions, type PingResult } from './ping.js';

/** The node's identity. */
export type IDResult = ID;

/** What is running. */
export type VersionResult = Version;

/** The worker's account of itself, its figures as numbers. */
export type StatusResult = Numbers<Status>;

/** The figures of one moment. */
export type SampleResult = Numbers<StatusSample>;

/** Options of `samples`. */
export interface SamplesOptions extends CallOptions {
  /** Only what was sampled after that, in Unix milliseconds. */
  since?: number | undefined;
}

/** What the node and the worker tell of themselves. */
export interface InfoAPI {
  ping(peer: TextLike, options?: PingOptions): AsyncGenerator<PingResult, void>;
  samples(options?: SamplesOptions): Promise<SampleResult[]>;
  status(options?: CallOptions): Promise<StatusResult>;
}

/** Those of them that few pages ask for. */
export function infoAPI(core: Core): InfoAPI {
  return {
    ping: (peer, options = {}) => ping(core, peer, options),
    samples: (options = {}) => samples(core, options),
    status: (options = {}) => status(core, options),
  };
}

async function status(
  { link }: Core,
  options: CallOptions,
): Promise<StatusResult> {
  return numbers(await link.ask<Status>(Methods.Status, null, options));
}

async function samples(
  { link, pick }: Core,
  options: SamplesOptions,
): Promise<SampleResult[]> {
  const op = Methods.StatusSamples;
  const request = pick<Pick<SamplesOptions, 'since'>>(op, options, {
    since: count,
  });
  const { samples } = await link.ask<SampleList>(op, request, options);
  return samples.map(numbers) as SampleResult[];
}
