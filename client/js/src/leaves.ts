/**
 * What a page needs that reads a large file: a script of its own beside the
 * client's. It has none of the client's classes in it.
 */
import type { Leaves } from './nodeapi.gen.js';
import type { Call } from './protocol/call.js';

/** Bytes that one transaction reads; the next is under way while they are taken. */
const BATCH = 4 * 1024 * 1024;

/**
 * Reads a file from where the node has told that its leaves are, and asks for
 * what cannot be read that way.
 *
 * @param call what was told comes from it; all ends when it does
 * @param ask asks for what is left when so much was given, as bytes or, if there
 * are many, as leaves
 */
export async function* catLeaves(
  call: Call,
  told: Leaves,
  ask: (given: number, leaves: boolean) => Call,
): AsyncGenerator<Uint8Array, void> {
  // The next worker, if it is of another version, may send a result: that ends nothing.
  const ended = call.result().then(() => new Promise<never>(nothing));
  const before = <T>(next: Promise<T>) => Promise.race([next, ended]);
  let given = 0;
  for (let leaves: Leaves | undefined = told; leaves !== undefined;) {
    const values = readLeaves(leaves);
    let next;
    try {
      while ((next = await before(values.next().catch(nothing)))?.value) {
        given += next.value.length;
        yield next.value;
      }
    } finally {
      values.return().catch(nothing);
    }
    if (next !== undefined && !leaves.more) {
      return;
    }
    const rest = ask(given, next !== undefined);
    leaves = undefined;
    try {
      for (let inbound; (inbound = await before(rest.receive()));) {
        if (inbound.type === 'item') {
          leaves = inbound.item as Leaves;
          break;
        }
        given += inbound.size;
        yield inbound.data;
      }
    } finally {
      rest.cancel();
    }
  }
}

/**
 * Reads leaves from the repo's database, in which blocks never change. The node
 * alone writes it: this reads in transactions that need nothing of this page to
 * end, so that a page that hangs holds nobody up, and lets go when the database
 * is to be upgraded or deleted.
 *
 * @throws what IndexedDB does, and if something is missing
 */
async function* readLeaves({
  database,
  store,
  leaves,
  skip = 0,
  length,
}: Leaves): AsyncGenerator<Uint8Array, void> {
  const db = await open(database);
  try {
    const asked: Promise<Uint8Array>[] = [];
    let next = 0;
    const ask = () => {
      if (next === leaves.length) {
        return;
      }
      const transaction = db.transaction(store);
      const values = transaction.objectStore(store);
      for (let bytes = 0; bytes < BATCH && next < leaves.length; next++) {
        const { key, size } = leaves[next] as (typeof leaves)[number];
        const value = of(values.get(key as BufferSource));
        value.catch(nothing); // told once it is its turn
        asked.push(value);
        bytes += Number(size);
      }
      transaction.commit();
    };
    let from = Number(skip);
    let left = Number(length);
    ask();
    for (let batch = 0; asked.length > 0; batch--) {
      if (batch === 0) {
        batch = asked.length;
        ask();
      }
      const value = (await asked.shift()) as Uint8Array;
      const part = value.subarray(from, from + left);
      from = 0;
      left -= part.length;
      yield part;
    }
  } finally {
    db.close();
  }
}

async function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name);
  // It is gone, and not this page's to make.
  request.onupgradeneeded = () => request.transaction?.abort();
  const db = await of(request);
  db.onversionchange = () => db.close();
  return db;
}

/** What a request comes to; what is missing is an error. */
function of<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () =>
      request.result === undefined
        ? reject(new Error('not in the database'))
        : resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function nothing(): void {}
