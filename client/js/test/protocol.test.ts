import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from '../src/cbor/decode.js';
import { encode } from '../src/cbor/encode.js';
import { Call, type Loss } from '../src/protocol/call.js';
import { Channel } from '../src/protocol/channel.js';
import {
  decodeMessage,
  encodeHeader,
  FrameError,
  FrameType,
  HEADER_SIZE,
  MIN_WINDOW,
} from '../src/protocol/frame.js';
import type { Port } from '../src/protocol/port.js';
import { welcome } from './fake-server.js';
import { hex, readVectors, toHex } from './vectors.js';

interface Vectors {
  messages: {
    name: string;
    hex: string;
    frames: { code: number; flags: number; id: number; payload: string }[];
  }[];
  invalid: { name: string; hex: string; padTo?: number; code: string }[];
  sessions: {
    name: string;
    receiver: string;
    begun: boolean;
    uploads?: number;
    messages: { hex: string; padTo?: number }[];
    code: string;
  }[];
}

const vectors = readVectors<Vectors>('messageport/testdata/frames.json');

for (const { name, hex: text, frames } of vectors.messages) {
  test(`message: ${name}`, () => {
    const decoded = decodeMessage(hex(text));
    assert.deepEqual(
      decoded.map(({ type, end, call, payload }) => ({
        code: type,
        flags: end ? 1 : 0,
        id: call,
        payload: toHex(payload),
      })),
      frames.map(({ code, flags, id, payload }) => ({
        code,
        flags,
        id,
        payload,
      })),
    );
    const encoded = decoded.map(({ type, end, call, payload }) => {
      const frame = new Uint8Array(HEADER_SIZE + payload.length);
      const view = new DataView(frame.buffer);
      encodeHeader(view, 0, type, end, call, payload.length);
      frame.set(payload, HEADER_SIZE);
      return toHex(frame);
    });
    assert.equal(encoded.join(''), text);
  });
}

test('message: every cut is noticed', () => {
  for (const { name, hex: text, frames } of vectors.messages) {
    const whole = hex(text);
    for (let end = 0; end < whole.length; end++) {
      let read: unknown[] = [];
      try {
        read = decodeMessage(whole.subarray(0, end));
      } catch (error) {
        assert(error instanceof FrameError, name);
      }
      assert(read.length < frames.length, `${name}, cut at ${end}`);
    }
  }
});

for (const { name, hex: text, padTo, code } of vectors.invalid) {
  test(`invalid message: ${name}`, async () => {
    const { loss } = await play(true, 1, [hex(text, padTo)]);
    assert.equal(loss?.code, code);
  });
}

for (const session of vectors.sessions) {
  if (session.receiver === 'client') {
    test(`session: ${session.name}`, async () => {
      const messages = session.messages.map((m) => hex(m.hex, m.padTo));
      const { begun, uploads = 0 } = session;
      const { loss, sent } = await play(begun, uploads, messages);
      assert.equal(loss?.code, session.code);
      const goodbye = sent.at(-1);
      assert.equal(goodbye?.type, FrameType.goodbye);
      const { code } = decode(goodbye.payload) as { code: string };
      assert.equal(code, session.code);
    });
  }
}

test('a message that is not bytes ends the session', async () => {
  const { loss } = await play(true, 0, ['text' as unknown as Uint8Array]);
  assert.equal(loss?.code, 'protocol-error');
});

test('a ping is answered', async () => {
  const ping = hex('2000000000000000000000080102030405060708');
  const { loss, sent } = await play(true, 0, [ping]);
  assert.equal(loss, undefined);
  assert.equal(sent.at(-1)?.type, FrameType.pong);
  assert.equal(toHex(sent.at(-1)?.payload ?? hex('')), '0102030405060708');
});

/** A port whose other end is the test. */
class ScriptedPort implements Port {
  onmessage: Port['onmessage'] = null;
  readonly sent: Uint8Array[] = [];
  closed = false;

  postMessage(message: Uint8Array): void {
    assert(!this.closed);
    this.sent.push(message);
  }
  close(): void {
    this.closed = true;
  }
}

/** Has a channel receive messages, after a handshake and some calls or not. */
async function play(begun: boolean, uploads: number, messages: Uint8Array[]) {
  const port = new ScriptedPort();
  const channel = new Channel(port, {
    client: 'test',
    lock: '',
    window: MIN_WINDOW,
    app: {},
  });
  let loss: Loss | undefined;
  channel.onloss = (l) => {
    loss = l;
  };
  channel.welcomed.catch(() => {});
  const receive = (data: Uint8Array) => port.onmessage?.({ data });
  if (begun) {
    const payload = encode(welcome);
    const message = new Uint8Array(HEADER_SIZE + payload.length);
    const view = new DataView(message.buffer);
    encodeHeader(view, 0, FrameType.welcome, false, 0, payload.length);
    message.set(payload, HEADER_SIZE);
    receive(message);
    await channel.welcomed;
  }
  for (let i = 0; i < uploads; i++) {
    const upload = { again: false, send() {} };
    channel.start(new Call('add', {}, {}, { upload }));
  }
  messages.forEach(receive);
  await Promise.resolve();
  const sent = port.sent.flatMap((message) => decodeMessage(message));
  return { loss, sent };
}
