import type { Core } from '../core.js';
import type { CallOptions } from '../deadline.js';
import {
  type Key as WireKey,
  type KeyExported,
  type KeyExportRequest,
  type KeyGenRequest,
  type KeyImportRequest,
  type KeyListRequest,
  type KeyRenamed,
  type KeyRenameRequest,
  type KeyRequest,
  Methods,
} from '../nodeapi.gen.js';
import { bool, count, text } from '../options.js';
import type { Bytes } from '../sources/bytes.js';

/** Options of what tells the ids of keys. */
export interface KeyOptions extends CallOptions {
  /**
   * How the id is written: `base36`, `b58mh`, or the name of a multibase;
   * `base36` unless set.
   */
  'ipns-base'?: string | undefined;
}

/** Options of `key.gen`. */
export interface KeyGenOptions extends KeyOptions {
  /** What kind of key; `ed25519` unless set. */
  type?: 'ed25519' | 'rsa' | 'secp256k1' | undefined;
  /** Of an RSA key, in bits: 2048, 3072 or 4096; 2048 unless set. */
  size?: number | undefined;
}

/** Options of `key.rename`. */
export interface KeyRenameOptions extends KeyOptions {
  /** Replaces a key that has the new name. */
  force?: boolean | undefined;
}

/** The formats in which keys come and go. */
export type KeyFormat =
  'pem-pkcs8-encrypted' | 'pem-pkcs8-cleartext' | 'libp2p-protobuf-cleartext';

/** Options of `key.import`. */
export interface KeyImportOptions extends KeyOptions {
  /** What the key has to be in; what it is found to be in unless set. */
  format?: KeyFormat | undefined;
}

/** Options of `key.export`. */
export interface KeyExportOptions<
  F extends KeyFormat = KeyFormat,
> extends CallOptions {
  /**
   * What it is given in; `pem-pkcs8-encrypted` unless set. In the clear only if
   * it is said.
   */
  format?: F | undefined;
}

/** A key, of which nothing is told but its name and the id it publishes under. */
export type Key = WireKey;

/** A key that was renamed. */
export type KeyRenameResult = KeyRenamed;

/** The keys that names are published with. They stay in the node. */
export interface KeyAPI {
  /**
   * Makes a key, which stays in the node.
   *
   * @throws `key-exists`, `invalid-option`
   */
  gen(name: string, options?: KeyGenOptions): Promise<Key>;
  /** The node's own key, `self`, comes first, the others by name. */
  list(options?: KeyOptions): Promise<Key[]>;
  /**
   * Removes a key. The names published with it expire.
   *
   * @throws `no-such-key`, `invalid-option`
   */
  rm(name: string, options?: KeyOptions): Promise<Key>;
  /**
   * Gives a key another name.
   *
   * @throws `no-such-key`, `key-exists`, `invalid-option`
   */
  rename(
    oldName: string,
    newName: string,
    options?: KeyRenameOptions,
  ): Promise<KeyRenameResult>;
  /**
   * Takes a private key in.
   *
   * @param password of a key that is encrypted
   * @throws `key-exists`, `invalid-key`, `wrong-password`, `invalid-option`
   */
  import(
    name: string,
    key: Bytes,
    password?: string,
    options?: KeyImportOptions,
  ): Promise<Key>;
  /**
   * Gives a private key out, PEM as text.
   *
   * @param password that it is encrypted with, unless the format is in the
   * clear
   * @throws `no-such-key`, `invalid-option`
   */
  export<F extends KeyFormat = 'pem-pkcs8-encrypted'>(
    name: string,
    password?: string,
    options?: KeyExportOptions<F>,
  ): Promise<F extends 'libp2p-protobuf-cleartext' ? Uint8Array : string>;
}

/** The calls on keys. */
export function keyAPI(core: Core): KeyAPI {
  const { link } = core;
  return {
    gen: async (name, options = {}) => {
      const op = Methods.KeyGen;
      const request: KeyGenRequest = {
        ...core.pick<Pick<KeyGenRequest, 'type' | 'size'>>(op, options, {
          type: text,
          size: count,
        }),
        ...based(core, op, { name }, options),
      };
      return link.ask(op, request, options);
    },
    list: async (options = {}) => {
      const op = Methods.KeyList;
      const request: KeyListRequest = based(core, op, {}, options);
      return core.allItems(link.call(op, request, options));
    },
    rm: async (name, options = {}) => {
      const op = Methods.KeyRemove;
      const request: KeyRequest = based(core, op, { name }, options);
      return link.ask(op, request, options);
    },
    rename: async (name, newName, options = {}) => {
      const op = Methods.KeyRename;
      const request: KeyRenameRequest = {
        ...core.pick<{ force?: boolean }>(op, options, { force: bool }),
        ...based(core, op, { name, newName }, options),
      };
      return link.ask(op, request, options);
    },
    import: (name, key, password, options = {}) =>
      importKey(core, name, key, password, options),
    export: (name, password, options = {}) =>
      exportKey(core, name, password, options) as Promise<never>,
  };
}

/** A request with texts in it, and how the id is to be written. */
function based<T extends Record<string, string>>(
  core: Core,
  op: string,
  texts: T,
  options: KeyOptions,
): T & { ipnsBase?: string } {
  const { 'ipns-base': ipnsBase } = core.pick<{ 'ipns-base'?: string }>(
    op,
    options,
    { 'ipns-base': text },
  );
  for (const [name, value] of Object.entries(texts)) {
    if (!text(value)) {
      throw core.invalidOption(op, name, value);
    }
  }
  return { ...texts, ...(ipnsBase !== undefined && { ipnsBase }) };
}

async function importKey(
  core: Core,
  name: string,
  key: Bytes,
  password: string | undefined,
  options: KeyImportOptions,
): Promise<Key> {
  const op = Methods.KeyImport;
  if (!core.isBytes(key)) {
    throw core.invalidSource(key, op);
  }
  const request: KeyImportRequest = {
    ...core.pick<{ format?: string }>(op, options, { format: text }),
    ...core.pick<{ password?: string }>(op, { password }, { password: text }),
    ...based(core, op, { name }, options),
    key: core.toBytes(key, op),
  };
  return core.link.ask(op, request, options);
}

async function exportKey(
  core: Core,
  name: string,
  password: string | undefined,
  options: KeyExportOptions,
): Promise<Uint8Array | string> {
  const op = Methods.KeyExport;
  const request: KeyExportRequest = {
    ...core.pick<{ format?: string }>(op, options, { format: text }),
    ...core.pick<{ password?: string }>(op, { password }, { password: text }),
    ...core.pick<{ name: string }>(op, { name }, { name: text }),
  };
  const { key } = await core.link.ask<KeyExported>(op, request, options);
  return request.format === 'libp2p-protobuf-cleartext'
    ? key
    : new TextDecoder().decode(key);
}
