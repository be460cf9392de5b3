import { SharednodeError } from './errors.js';

/**
 * Bytes that come as they are taken: by a loop, or all at once by one of the
 * methods. They can be had once; whoever leaves them gives the call up.
 */
export interface ByteReader extends AsyncGenerator<Uint8Array, void> {
  /** As a stream, of which nothing is read ahead. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** As the body of a response: for a Service Worker, a cache, or `fetch`'s users. */
  response(init?: ResponseInit): Response;
  /** @param type the media type, `image/png` */
  blob(type?: string): Promise<Blob>;
  bytes(): Promise<Uint8Array>;
  /** As text, from UTF-8. */
  text(): Promise<string>;
  json(): Promise<any>;
}

/** Gives a generator of bytes the methods that take all of them. */
export function byteReader(
  chunks: AsyncGenerator<Uint8Array, void>,
): ByteReader {
  const stream = () =>
    new ReadableStream(
      {
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) {
            controller.close();
          } else {
            controller.enqueue(value as Uint8Array<ArrayBuffer>);
          }
        },
        cancel: async () => void (await chunks.return()),
      },
      { highWaterMark: 0 },
    );
  const bytes = () => join(chunks);
  const text = async () => new TextDecoder().decode(await bytes());
  return Object.assign(chunks, {
    stream,
    response: (init?: ResponseInit) => new Response(stream(), init),
    blob: async (type = '') => new Blob(await all(chunks), { type }),
    bytes,
    text,
    json: async () => parse(await text()),
  });
}

/** Makes one of many chunks, which are copied unless there is but one. */
export async function join(
  chunks: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const list = await all(chunks);
  const [first] = list;
  if (list.length === 1 && first !== undefined) {
    return first;
  }
  const joined = new Uint8Array(
    list.reduce((length, chunk) => length + chunk.length, 0),
  );
  let at = 0;
  for (const chunk of list) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

async function all(
  chunks: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const list: Uint8Array[] = [];
  for await (const chunk of chunks) {
    list.push(chunk);
  }
  return list as Uint8Array<ArrayBuffer>[];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SharednodeError('invalid-value', 'the bytes are no JSON', {
      cause,
    });
  }
}
