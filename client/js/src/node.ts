/// <reference lib="esnext.disposable" preserve="true" />

import type { BitswapAPI } from './api/bitswap.js';
import type { BootstrapAPI } from './api/bootstrap.js';
import type { ConfigAPI } from './api/config.js';
import type { BlockSource } from './api/block-source.js';
import type { DatastoreAPI } from './api/datastore.js';
import type { FilesAPI } from './api/mfs.js';
import type { GrantsAPI } from './api/grants.js';
import type { KeyAPI } from './api/key.js';
import type { NameAPI } from './api/name.js';
import type { SaveOptions } from './api/save.js';
import type { GivenPort, PortOptions } from './api/ports.js';
import type { RefsAPI } from './api/refs.js';
import type { RoutingAPI } from './api/routing.js';
import type { StatsAPI } from './api/stats.js';
import type { DNSOptions, ResolveOptions, TopAPI } from './api/top.js';
import { type BlockAPI, blockAPI } from './api/block.js';
import { type DAGAPI, dagAPI } from './api/dag.js';
import * as files from './api/files.js';
import type * as info from './api/info.js';
import type { Libp2pAPI } from './api/libp2p.js';
import type { LogAPI } from './api/log.js';
import type { PinAPI } from './api/pin.js';
import type { PingOptions, PingResult } from './api/ping.js';
import { type PubSubAPI, pubsubAPI } from './api/pubsub.js';
import type { RepoAPI } from './api/repo.js';
import type { RoomAPI } from './api/room.js';
import { itemsOf } from './api/stream.js';
import type { SwarmAPI } from './api/swarm.js';
import type { IPFSPath } from './cid.js';
import { type Core, parts } from './core.js';
import type { CallOptions } from './deadline.js';
import type { Route } from './dial.js';
import { messageOf, SharednodeError } from './errors.js';
import {
  type Peer,
  type SharednodeEvents,
  SharednodeEventTarget,
} from './events.js';
import { later } from './later.js';
import { Link } from './link.js';
import { loadRare } from './load.js';
import {
  type Config,
  type Grants,
  type Hello,
  Methods,
  type NodeEvent,
  type Welcome as AppWelcome,
} from './nodeapi.gen.js';
import type { StorageKind } from './party.js';
import { type TextLike, toPeer } from './peers.js';
import type { Welcome } from './protocol/handshake.js';
import { byteReader, type ByteReader } from './reader.js';
import type { Candidates } from './sources/entries.js';
import type { Candidate } from './sources/entry.js';
import { Standing } from './standing.js';
import { noteVisit } from './visits.js';
import { configWarning, repoWarning } from './warnings.js';

/** How many warnings are kept, the latest, until somebody listens. */
const MAX_UNHEARD = 16;

/** The configuration in force, and the calls that ask for it. */
type Running = Config & ConfigAPI;

/**
 * The node, as a tab has it; `connect` gives one. Its events are
 * {@link SharednodeEvents}. Every call rejects with a
 * {@link SharednodeError}, or once its `signal` aborts with the signal's
 * reason. What is iterated is asked for by the first step, comes only as fast
 * as it is taken, and is given up by leaving the loop.
 */
export class Sharednode extends SharednodeEventTarget {
  readonly files: FilesAPI;
  readonly dag: DAGAPI;
  readonly block: BlockAPI;
  readonly pin: PinAPI;
  readonly refs: RefsAPI;
  readonly repo: RepoAPI;
  readonly datastore: DatastoreAPI;
  readonly key: KeyAPI;
  readonly name: NameAPI;
  readonly routing: RoutingAPI;
  readonly swarm: SwarmAPI;
  readonly bootstrap: BootstrapAPI;
  readonly bitswap: BitswapAPI;
  readonly stats: StatsAPI;
  readonly pubsub: PubSubAPI;
  readonly room: RoomAPI;
  readonly libp2p: Libp2pAPI;
  readonly log: LogAPI;
  readonly grants: GrantsAPI;

  readonly #core: Core;
  readonly #config: ConfigAPI;
  readonly #top: TopAPI;
  readonly #link: Link;
  readonly #hello: Hello;
  readonly #route: Route;
  #peer: Peer = { peerId: '', epoch: '', config: {} };
  #granted: Grants | undefined;
  #running: Running;
  #closed = false;
  #watchesPeers = false;
  /** Warnings that nobody has listened to yet; undefined once somebody does. */
  #unheard: SharednodeError[] | undefined = [];
  #watchesNode = false;

  /** @internal */
  constructor(route: Route, hello: Hello) {
    super();
    this.#hello = hello;
    this.#route = route;
    this.#link = new Link(route, hello, {
      onwelcome: (welcome) => this.#welcome(welcome),
      onwarning: (error) => this.#warn(asWarning(error)),
    });
    this.block = blockAPI(this.#link);
    this.pubsub = pubsubAPI(this.#link);
    const core = { ...parts, link: this.#link };
    this.#core = core;
    this.#top = later(core, '');
    this.#config = later(core, 'config');
    this.#running = this.#config;
    this.files = later(core, 'files');
    this.dag = { ...dagAPI(this.#link), ...later(core, 'dag') };
    this.pin = {
      ...later(core, 'pin'),
      remote: {
        ...later(core, 'pin.remote'),
        service: later(core, 'pin.remote.service'),
      },
    };
    this.refs = Object.assign(this.#top.refs, later(core, 'refs'));
    this.repo = later(core, 'repo');
    this.datastore = later(core, 'datastore');
    this.key = later(core, 'key');
    this.name = later(core, 'name');
    this.routing = later(core, 'routing');
    this.swarm = later(core, 'swarm');
    this.bootstrap = later(core, 'bootstrap');
    this.bitswap = later(core, 'bitswap');
    this.stats = later(core, 'stats');
    this.room = later(core, 'room');
    this.libp2p = later(core, 'libp2p');
    this.log = later(core, 'log');
    this.grants = later(core, 'grants');
  }

  /** The node's PeerId. */
  get peerId(): string {
    return this.#peer.peerId;
  }

  /** Names this start of the worker. */
  get epoch(): string {
    return this.#peer.epoch;
  }

  /** The configuration in force, and the calls that ask for it. */
  get config(): Readonly<Config & ConfigAPI> {
    return this.#running;
  }

  /**
   * Which of its origin's nodes this is. One that is `partitioned` is shared by
   * the frames on one other site alone, and knows nothing of what the origin's
   * own pages store.
   */
  get storage(): StorageKind {
    return this.#route.storage ?? 'first-party';
  }

  /** What this client may do, where that is not everything. */
  get granted(): Readonly<Grants> | undefined {
    return this.#granted;
  }

  /**
   * Makes a port to the node with fewer rights, to be handed on to a frame, a
   * window or a worker, of any origin, which calls `connect({ port })`. This page
   * leads it to the worker, and to the next one if that goes, as long as it is
   * there itself.
   *
   * @throws `not-granted`, `too-many-sessions`, `invalid-option`
   */
  createPort(options: PortOptions = {}): Promise<GivenPort> {
    return this.#top.createPort(options);
  }

  /**
   * Has the node look for blocks that it misses at another one, which the page
   * has a client of, before it asks the network. What comes is verified.
   */
  addBlockSource(
    other: Sharednode,
    options: CallOptions = {},
  ): Promise<BlockSource> {
    return this.#top.addBlockSource(other, options);
  }

  /**
   * Adds one file or directory, and gives its root. Bytes, text, Blobs, Files,
   * streams, iterables of bytes and `{ path, content }` are taken. What is
   * added is pinned unless told otherwise.
   *
   * @throws `invalid-source`, `source-error`, `source-changed`, `invalid-path`,
   * `invalid-chunker`, `unknown-hash`, `storage-full`
   */
  add(
    source: Candidate,
    options: files.AddOptions = {},
  ): Promise<files.AddResult> {
    return files.add(this.#link, source, options);
  }

  /**
   * Adds many, and gives each, a directory after all that it holds. Files with
   * paths are put together into directories; the first part of a path names a
   * root.
   *
   * @throws `invalid-source`, `source-error`, `source-changed`, `invalid-path`,
   * `invalid-chunker`, `unknown-hash`, `storage-full`
   */
  addAll(
    source: Candidates,
    options: files.AddOptions = {},
  ): AsyncGenerator<files.AddResult, void> {
    return files.addAll(this.#link, source, options);
  }

  /**
   * Reads a file's bytes, from the network if the repo has them not.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `not-a-file`, `invalid-block`
   */
  cat(path: IPFSPath, options: files.CatOptions = {}): ByteReader {
    return byteReader(files.cat(this.#link, path, options));
  }

  /**
   * Reads a file or a directory as TAR, or compressed by gzip.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `invalid-block`
   */
  get(path: IPFSPath, options: files.GetOptions = {}): ByteReader {
    return byteReader(files.get(this.#link, path, options));
  }

  /**
   * Writes a file, or a directory with all it holds, into a folder that the
   * page may write to. What is there already under the same names is replaced.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`, `sink-error`
   */
  save(
    path: IPFSPath,
    folder: FileSystemDirectoryHandle,
    options: SaveOptions = {},
  ): Promise<void> {
    return this.#top.save(path, folder, options);
  }

  /**
   * Lists a directory; a file is listed as itself.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`
   */
  ls(
    path: IPFSPath,
    options: files.LsOptions = {},
  ): AsyncGenerator<files.IPFSEntry, void> {
    return files.ls(this.#link, path, options);
  }

  /**
   * The node's identity, or a peer's as that tells it.
   *
   * @throws `invalid-peer-id`, `dial-failed`, `offline`
   */
  async id(options: info.IDOptions = {}): Promise<info.IDResult> {
    const op = Methods.ID;
    const { peerId } = options;
    const request = peerId === undefined ? null : { peer: toPeer(peerId, op) };
    return this.#link.ask(op, request, options);
  }

  /** Which version of the node runs, and of what it is made. */
  version(options: CallOptions = {}): Promise<info.VersionResult> {
    return this.#link.ask(Methods.Version, null, options);
  }

  /** Whether the node is on the network: `config.network` is `on`. */
  isOnline(options: CallOptions = {}): Promise<boolean> {
    return this.#link.ask(Methods.IsOnline, null, options);
  }

  /**
   * What a path or a name comes to: `/ipfs/<cid>`, or what is left of it.
   *
   * @throws `invalid-path`, `invalid-cid`, `not-found`, `no-link`,
   * `invalid-name`, `name-not-found`, `name-loop`, `no-router`
   */
  resolve(name: IPFSPath, options: ResolveOptions = {}): Promise<string> {
    return this.#top.resolve(name, options);
  }

  /**
   * The path that a domain links to (DNSLink).
   *
   * @throws `invalid-name`, `name-not-found`, `name-loop`, `dns-failed`,
   * `offline`
   */
  dns(domain: string, options: DNSOptions = {}): Promise<string> {
    return this.#top.dns(domain, options);
  }

  /**
   * Measures the way to a peer and back.
   *
   * @throws `invalid-peer-id`, `invalid-address`, `dial-failed`,
   * `stream-reset`, `offline`
   */
  ping(
    peer: TextLike,
    options: PingOptions = {},
  ): AsyncGenerator<PingResult, void> {
    return this.#top.ping(peer, options);
  }

  /** The worker's account of itself, and of each tab's session. */
  status(options: CallOptions = {}): Promise<info.StatusResult> {
    return this.#top.status(options);
  }

  /** The figures of about the last hour, the oldest first. */
  samples(options: info.SamplesOptions = {}): Promise<info.SampleResult[]> {
    return this.#top.samples(options);
  }

  /**
   * Lets the worker go. Calls that are not done end with code `closed`; the
   * node goes on for other tabs.
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#link.close({ code: 'closed', message: 'the client was closed' });
      globalThis.removeEventListener?.('pagehide', this.#onpagehide);
      globalThis.removeEventListener?.('pageshow', this.#onpageshow);
      this.#tell('close', null);
    }
  }

  /**
   * Reaches the node, which `connect` has done already; after `close` it fails.
   * The node itself starts with its first client.
   */
  start(): Promise<void> {
    return this.#link.connect();
  }

  /** As `close`: the node is shared, and ends by itself after its last client. */
  stop(): Promise<void> {
    return this.close();
  }

  /** Closes at the end of an `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  override listened(type: string): void {
    if (type === 'warning') {
      const unheard = this.#unheard ?? [];
      this.#unheard = undefined;
      unheard.forEach((warning) => this.#warn(warning));
    }
    if (type.startsWith('peer:') && !this.#watchesPeers) {
      this.#watchesPeers = true;
      loadRare().then(
        (rare) =>
          rare.watchPeers(this.#core, {
            onconnect: (peer) => this.#tell('peer:connect', peer),
            ondisconnect: (peer) => this.#tell('peer:disconnect', peer),
          }),
        (error) => this.#link.warn(error),
      );
    }
  }

  /** @internal */
  async connect(): Promise<void> {
    await this.#link.connect();
    // A page that is put aside would keep the worker waiting, frozen as it is.
    globalThis.addEventListener?.('pagehide', this.#onpagehide);
    globalThis.addEventListener?.('pageshow', this.#onpageshow);
  }

  readonly #onpagehide = () => this.#link.suspend();
  readonly #onpageshow = () => this.#link.resume();

  #welcome({ epoch, server, app }: Welcome): void {
    const before = this.#peer;
    const { peerId, config, grants } = app as AppWelcome;
    this.#granted = grants;
    this.#peer = { peerId, epoch, config };
    this.#setConfig(config);
    if (epoch !== before.epoch) {
      this.#tell(before.epoch === '' ? 'connect' : 'reconnect', this.#peer);
      this.#warn(configWarning(this.#hello.config, config, server));
    }
    if (grants === undefined) {
      const last = noteVisit(this.#route.repo, peerId);
      this.#warn(repoWarning(before.peerId || last, peerId));
      this.#watchNode();
    }
  }

  /** Follows what the node tells of itself; an older worker tells nothing. */
  #watchNode(): void {
    if (this.#watchesNode) {
      return;
    }
    this.#watchesNode = true;
    const standing = new Standing(this.#link, Methods.Events, null, {
      read: async (call, stands) => {
        for await (const { config, warning } of itemsOf<NodeEvent>(call)) {
          stands();
          if (config !== undefined) {
            this.#setConfig(config);
          }
          if (warning !== undefined) {
            const { code, message, details } = warning;
            this.#warn(new SharednodeError(code, message, { details }));
          }
        }
      },
      onerror() {},
      onend: () => {
        this.#watchesNode = false;
      },
    });
    standing.open({}).catch(() => {});
  }

  /** Keeps what is in force, with the calls on it, which are no fields. */
  #setConfig(config: Config): void {
    this.#peer = { ...this.#peer, config };
    const { get, getAll } = this.#config;
    this.#running = Object.defineProperties({ ...config } as Running, {
      get: { value: get },
      getAll: { value: getAll },
    });
  }

  /** Fires a warning, once there is somebody to hear it. */
  #warn(warning: SharednodeError | undefined): void {
    if (warning === undefined) {
      return;
    }
    if (this.#unheard === undefined) {
      this.#tell('warning', warning);
    } else {
      this.#unheard.push(warning);
      this.#unheard.splice(0, this.#unheard.length - MAX_UNHEARD);
    }
  }

  /** Fires an event, once whoever awaits `connect` can listen to it. */
  #tell<K extends keyof SharednodeEvents>(
    type: K,
    detail: SharednodeEvents[K]['detail'],
  ): void {
    setTimeout(() => this.dispatchEvent(new CustomEvent(type, { detail })));
  }
}

function asWarning(error: unknown): SharednodeError {
  return error instanceof SharednodeError
    ? error
    : new SharednodeError('worker-failed', messageOf(error), { cause: error });
}
