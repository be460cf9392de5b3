import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import type { Sharednode } from '../node.js';
import { Methods, type SourceWant } from '../nodeapi.gen.js';

/** How long, in ms, the other node may look for a block. */
const PATIENCE = 10_000;

/** A node that another one takes blocks from. */
export interface BlockSource {
  /** Has no more asked of it. */
  stop(): Promise<void>;
}

/** Has the node ask another one for the blocks that it misses. */
export async function addBlockSource(
  core: Core,
  other: Sharednode,
  options: CallOptions,
): Promise<BlockSource> {
  const op = Methods.SourcesServe;
  if (typeof Object(other).block?.get !== 'function') {
    throw core.invalidOption(op, 'other', other);
  }
  const { link, Standing } = core;
  const standing = new Standing(link, op, null, {
    async read(call, stands) {
      for await (const want of core.itemsOf<SourceWant>(call)) {
        if (want.cid === undefined) {
          stands();
        } else {
          void answer(core, other, want).catch((error) => link.warn(error));
        }
      }
    },
    onerror: (error) => link.warn(error),
  });
  await standing.open(options);
  return { stop: () => standing.stop() };
}

async function answer(
  core: Core,
  other: Sharednode,
  { id, cid }: SourceWant,
): Promise<void> {
  const block = await other.block
    .get(core.fromWire(cid!), { timeout: PATIENCE })
    .catch(() => undefined);
  await core.link.ask(
    Methods.SourcesAnswer,
    { id, cid, found: block !== undefined },
    {},
    core.bytesUpload(block ?? new Uint8Array(0)),
  );
}
