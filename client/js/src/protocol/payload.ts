import { decode } from '../cbor/decode.js';
import { encode } from '../cbor/encode.js';
import { type ErrorCode, messageOf, SharednodeError } from '../errors.js';
import { skewAdvice } from '../skew.js';
import { FrameError } from './frame.js';

/** Characters of an error's message that are sent: enough for people. */
const MAX_MESSAGE = 1024;

const utf8 = new TextEncoder();
const names = new Map<string, Uint8Array>();

/** The payload of open: the method's name and the request. */
export function openPayload(method: string, request: unknown): Uint8Array {
  let name = names.get(method);
  if (name === undefined) {
    name = utf8.encode(method);
    names.set(method, name);
  }
  const body = encode(request);
  const payload = new Uint8Array(1 + name.length + body.length);
  payload[0] = name.length;
  payload.set(name, 1);
  payload.set(body, 1 + name.length);
  return payload;
}

/** The payload of credit. */
export function creditPayload(bytes: number): Uint8Array {
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, bytes);
  return payload;
}

/** Reads the payload of credit. */
export function readCredit(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

/** The payload of cancel and goodbye: why. */
export function errorPayload(error: unknown): Uint8Array {
  const { code, op } =
    error instanceof SharednodeError
      ? error
      : { code: 'canceled', op: undefined };
  return encode({ code, message: messageOf(error).slice(0, MAX_MESSAGE), op });
}

/** Reads the payload of refuse, error and goodbye. */
export function readError(payload: Uint8Array, op?: string): SharednodeError {
  const map = readMap(payload);
  if (typeof map['code'] !== 'string' || typeof map['message'] !== 'string') {
    throw new FrameError('an error without code or message');
  }
  const code = map['code'] as ErrorCode;
  const details = map['details'] as Record<string, unknown> | undefined;
  return new SharednodeError(code, map['message'] + skewAdvice(code, details), {
    op: typeof map['op'] === 'string' ? map['op'] : op,
    details,
  });
}

/** Reads a payload that has to be a map. */
export function readMap(payload: Uint8Array): Record<string, unknown> {
  const value = decode(payload);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new FrameError('a payload that is not a map');
  }
  return value as Record<string, unknown>;
}
