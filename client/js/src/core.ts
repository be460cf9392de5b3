import { cat, ls, toMetadata } from './api/files.js';
import { outcomeError } from './api/outcome.js';
import { allItems, bytesOf, collect, itemsOf, take } from './api/stream.js';
import { messagesDropped, toTopic } from './api/subscriptions.js';
import { fromWire, toCID, toPath } from './cid.js';
import { bounded, milliseconds } from './deadline.js';
import { SharednodeError } from './errors.js';
import type { Link } from './link.js';
import { invalidOption, pick } from './options.js';
import { toAddr, toPeer } from './peers.js';
import { byteReader } from './reader.js';
import { isBytes, toBytes } from './sources/bytes.js';
import { invalidSource, openContent } from './sources/content.js';
import { toMode, toMtime } from './sources/entry.js';
import { Standing } from './standing.js';
import { bytesUpload, entriesUpload } from './upload.js';

/**
 * What the rare calls are given of the client, since their script cannot import
 * it: the class of errors and that of CIDs, of which there must be one each, all
 * that makes these, and what is too large to be there twice.
 */
export const parts = {
  SharednodeError,
  Standing,
  allItems,
  bounded,
  byteReader,
  bytesOf,
  bytesUpload,
  cat,
  collect,
  entriesUpload,
  fromWire,
  invalidOption,
  invalidSource,
  isBytes,
  itemsOf,
  ls,
  messagesDropped,
  milliseconds,
  openContent,
  outcomeError,
  pick,
  take,
  toAddr,
  toBytes,
  toCID,
  toMetadata,
  toMode,
  toMtime,
  toPath,
  toPeer,
  toTopic,
};

/** The client as the rare calls know it. */
export type Core = typeof parts & { readonly link: Link };
