/** The codecs that UnixFS uses. */
const RAW = 0x55;
const DAG_PB = 0x70;

/**
 * Tells what a CID stands for, from its first block alone.
 *
 * @param {{signal?: AbortSignal, timeout?: number, offline?: boolean}} options
 *   of the calls to the node
 * @returns {Promise<{kind: 'file' | 'folder' | 'data', size: number, count?: number}>}
 *   size in bytes; count of a small folder's entries
 */
export async function describe(node, cid, options = {}) {
  if (cid.code === RAW) {
    const { size } = await node.block.stat(cid, options);
    return { kind: 'file', size };
  }
  if (cid.code !== DAG_PB) {
    const { size } = await node.block.stat(cid, options);
    return { kind: 'data', size };
  }
  const { value } = await node.dag.get(cid, options);
  const { type, size } = readUnixFS(value.Data ?? new Uint8Array());
  if (type === DIRECTORY || type === SHARD) {
    const total = value.Links.reduce((sum, link) => sum + link.Tsize, 0);
    return {
      kind: 'folder',
      size: total,
      ...(type === DIRECTORY && { count: value.Links.length }),
    };
  }
  return { kind: 'file', size };
}

const DIRECTORY = 1;
const SHARD = 5;

/**
 * Reads type and size of the protobuf message that a UnixFS node holds:
 * field 1 is the type, 2 the bytes, 3 the file's size.
 */
function readUnixFS(data) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = data[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) {
        return value;
      }
    }
  };
  const found = { type: 0, size: 0 };
  while (at < data.length) {
    const tag = varint();
    const value = varint(); // every field begins with a number
    if (tag === 0x08) {
      found.type = value;
    } else if (tag === 0x18) {
      found.size = value;
    } else if ((tag & 7) === 2) {
      at += value; // that many bytes follow
    }
  }
  return found;
}
