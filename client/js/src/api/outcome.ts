import { SharednodeError } from '../errors.js';
import type { CIDOutcome } from '../nodeapi.gen.js';

/** What went wrong with one CID of many, if anything did. */
export function outcomeError(
  op: string,
  { code, error, origin }: CIDOutcome,
): SharednodeError | undefined {
  return code === undefined && error === undefined
    ? undefined
    : new SharednodeError(code ?? 'internal', error ?? '', {
        op,
        details: origin === undefined ? undefined : { origin },
      });
}
