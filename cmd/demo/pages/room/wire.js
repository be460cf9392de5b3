/**
 * What those in a room say to each other: a JSON document in UTF-8 for each
 * message, with its kind in `type`, and in all of them the speaker's name.
 *
 *     {"type": "name", "name": "Ada"}
 *     {"type": "text", "name": "Ada", "text": "hello"}
 *     {"type": "file", "name": "Ada", "cid": "bafy…", "file": "a.png", "size": 123}
 *
 * Everything that comes from others is taken for whatever they may have made
 * of it: it is cut to size, cleaned of what would upset a line of text, and if
 * it is no such document, shown as the text that it is.
 */

import { CID } from '../sharednode/index.min.js';

/** The most bytes of a message that are looked at. */
const MOST = 64 * 1024;

/** The most characters of a text. */
export const TEXT_LIMIT = 8000;

const NAME_LIMIT = 40;
const FILE_LIMIT = 120;

/** The bytes of a message. */
export function encode(message) {
  return new TextEncoder().encode(JSON.stringify(message));
}

/**
 * Reads a message.
 *
 * @param {Uint8Array} bytes
 * @returns {{type: 'name' | 'text' | 'file', name?: string, text?: string,
 *   cid?: CID, file?: string, size?: number}} with a name unless it had none
 */
export function decode(bytes) {
  const raw = new TextDecoder().decode(bytes.subarray(0, MOST));
  const found = bytes.length <= MOST ? parse(raw) : undefined;
  const name = cleanName(found?.name);
  if (found?.type === 'name') {
    return { type: 'name', name };
  }
  if (found?.type === 'text' && typeof found.text === 'string') {
    return { type: 'text', name, text: cleanText(found.text) };
  }
  const cid = found?.type === 'file' ? readCID(found.cid) : undefined;
  if (cid !== undefined) {
    const file = cleanLine(found.file, FILE_LIMIT) || cid.toString();
    return { type: 'file', name, cid, file, size: readSize(found.size) };
  }
  return { type: 'text', name, text: cleanText(raw) };
}

function parse(text) {
  try {
    const value = JSON.parse(text);
    return value instanceof Object ? value : undefined;
  } catch {
    return undefined;
  }
}

function readCID(text) {
  try {
    return text.length <= 200 ? CID.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function readSize(size) {
  return Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** A name that fits in a line, or nothing if not much is left of it. */
export function cleanName(name) {
  const line = cleanLine(name, NAME_LIMIT);
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : undefined;
}

/** Control characters, line ends and what turns the direction of text around. */
const UNRULY =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Marks put on top of others until they fill the page. */
const PILES = /(\p{M}{2})\p{M}+/gu;

/** A text of at most `limit` characters that stays in its line. */
export function cleanLine(text, limit) {
  if (typeof text !== 'string') {
    return '';
  }
  const line = text
    .slice(0, 10 * limit)
    .toWellFormed()
    .replace(UNRULY, ' ')
    .replace(PILES, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return [...line].slice(0, limit).join('');
}

function cleanText(text) {
  const cut = text.length > TEXT_LIMIT;
  const kept = text
    .slice(0, TEXT_LIMIT)
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '\ufffd')
    .replace(PILES, '$1');
  return cut ? `${kept} […]` : kept;
}
