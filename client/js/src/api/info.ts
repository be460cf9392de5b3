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

/** The node's identity. */
export type IDResult = ID;

/** Options of `id`. */
export interface IDOptions extends CallOptions {
  /** Of which peer; the node itself unless set. */
  peerId?: TextLike | undefined;
}

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

/** `status` */
export async function status(
  { link }: Core,
  options: CallOptions,
): Promise<StatusResult> {
  return numbers(await link.ask<Status>(Methods.Status, null, options));
}

/** `samples` */
export async function samples(
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
