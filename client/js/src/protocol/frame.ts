/** The frames of a port; their format is written down in package messageport. */

/** Bytes of a frame before its payload. */
export const HEADER_SIZE = 12;

/** The only flag: the sender sends no more data or items for this call. */
export const END = 1;

/** The largest message, and the largest payload of a frame, that is taken. */
const MAX_MESSAGE = 2 * 1024 * 1024;
const MAX_FRAME = 1024 * 1024;

/** The largest payload of an open frame: the method's name and the request. */
export const MAX_OPEN = 64 * 1024;

/** The payload of a bind frame. */
export const BIND_SIZE = 32;

/** The smallest window that a side may have. */
export const MIN_WINDOW = 64 * 1024;

/** The largest payload of an item: half the smallest window, with its header. */
export const MAX_ITEM = MIN_WINDOW / 2 - HEADER_SIZE;

export const enum FrameType {
  hello = 0x01,
  welcome = 0x02,
  refuse = 0x03,
  bind = 0x04,
  open = 0x10,
  data = 0x11,
  item = 0x12,
  credit = 0x13,
  cancel = 0x14,
  result = 0x15,
  error = 0x16,
  ping = 0x20,
  pong = 0x21,
  goodbye = 0x22,
}

/** Each kind of frame is a range of types. */
const isKnown = (type: number) =>
  (type >= FrameType.hello && type <= FrameType.bind) ||
  (type >= FrameType.open && type <= FrameType.error) ||
  (type >= FrameType.ping && type <= FrameType.goodbye);

/** One frame as it was read. The payload is a view on its message. */
export interface Frame {
  type: FrameType;
  end: boolean;
  call: number;
  payload: Uint8Array;
}

/** What a message throws that breaks the grammar or a limit. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: 'protocol-error' | 'frame-too-large';

  constructor(message: string, code: FrameError['code'] = 'protocol-error') {
    super(message);
    this.code = code;
  }
}

/** Reads every frame of a message. */
export function decodeMessage(message: Uint8Array): Frame[] {
  checkSize('message', message.length, MAX_MESSAGE);
  const view = new DataView(
    message.buffer,
    message.byteOffset,
    message.byteLength,
  );
  const frames: Frame[] = [];
  let at = 0;
  do {
    if (message.length - at < HEADER_SIZE) {
      throw new FrameError('a message cut short');
    }
    const length = view.getUint32(at + 8);
    checkSize('frame', length, MAX_FRAME);
    if (message.length - at - HEADER_SIZE < length) {
      throw new FrameError('a message cut short');
    }
    frames.push(decodeFrame(message, view, at, length));
    at += HEADER_SIZE + length;
  } while (at < message.length);
  return frames;
}

function decodeFrame(
  message: Uint8Array,
  view: DataView,
  at: number,
  length: number,
): Frame {
  const type = view.getUint8(at);
  const flags = view.getUint8(at + 1);
  const call = view.getUint32(at + 4);
  const ofCall = type >= FrameType.open && type <= FrameType.error;
  const streams = ofCall && type <= FrameType.item;
  if (
    !isKnown(type) ||
    flags > (streams ? END : 0) ||
    view.getUint16(at + 2) !== 0 ||
    ofCall !== (call !== 0)
  ) {
    throw new FrameError(`a malformed header of type ${type}`);
  }
  checkLength(type, flags, view, at, length);
  return {
    type: type as FrameType,
    end: flags === END,
    call,
    payload: message.subarray(at + HEADER_SIZE, at + HEADER_SIZE + length),
  };
}

function checkLength(
  type: number,
  flags: number,
  view: DataView,
  at: number,
  length: number,
): void {
  let wrong = false;
  switch (type) {
    case FrameType.bind:
      wrong = length !== BIND_SIZE;
      break;
    case FrameType.open:
      checkSize('open', length, MAX_OPEN);
      break;
    case FrameType.data:
      wrong = length === 0 && flags !== END;
      break;
    case FrameType.item:
      checkSize('item', length, MAX_ITEM);
      wrong = length === 0;
      break;
    case FrameType.credit:
      wrong = length !== 4 || view.getUint32(at + HEADER_SIZE) === 0;
      break;
    case FrameType.ping:
    case FrameType.pong:
      wrong = length !== 8;
  }
  if (wrong) {
    throw new FrameError(`a frame of type ${type} of ${length} bytes`);
  }
}

function checkSize(what: string, size: number, limit: number): void {
  if (size > limit) {
    throw new FrameError(
      `${what} of ${size} bytes, ${limit} allowed`,
      'frame-too-large',
    );
  }
}

/** Writes a frame's header at an offset, where 12 bytes have to be free. */
export function encodeHeader(
  into: DataView,
  at: number,
  type: FrameType,
  end: boolean,
  call: number,
  length: number,
): void {
  into.setUint32(at, (type << 24) | (end ? END << 16 : 0));
  into.setUint32(at + 4, call);
  into.setUint32(at + 8, length);
}
