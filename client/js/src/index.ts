export { CID } from 'multiformats/cid';
export type {
  DAGExportOptions,
  DAGImportOptions,
  DAGImportResult,
  DAGImportSummary,
  DAGStatResult,
  CARSource,
  ArchiveAPI,
} from './api/archive.js';
export type { BlockSource } from './api/block-source.js';
export type {
  GrantsAPI,
  GrantsListOptions,
  GrantsRevokeOptions,
  OriginGrantsResult,
} from './api/grants.js';
export type { GivenPort, PortOptions } from './api/ports.js';
export type { StorageAccess, StorageKind } from './party.js';
export type { BootstrapResult, BootstrapAPI } from './api/bootstrap.js';
export type {
  DatastoreAPI,
  DatastoreEntry,
  DatastoreQueryOptions,
  DatastoreWrite,
} from './api/datastore.js';
export type { ConfigAPI } from './api/config.js';
export type {
  KeyOptions,
  KeyGenOptions,
  KeyRenameOptions,
  KeyFormat,
  KeyImportOptions,
  KeyExportOptions,
  Key,
  KeyRenameResult,
  KeyAPI,
} from './api/key.js';
export type {
  MFSOptions,
  MFSMakeOptions,
  FilesCpOptions,
  FilesMkdirOptions,
  FilesStatOptions,
  FilesStatResult,
  FilesTouchOptions,
  FilesRmOptions,
  FilesReadOptions,
  FilesWriteOptions,
  FilesMvOptions,
  FilesLsOptions,
  MFSEntry,
  FilesAPI,
} from './api/mfs.js';
export type {
  NamePublishOptions,
  NamePublishResult,
  NameResolveOptions,
  NameAPI,
} from './api/name.js';
export type { RefsOptions, RefsResult, RefsAPI } from './api/refs.js';
export type {
  RemotePinStatus,
  RemoteServiceOptions,
  PinRemoteAddOptions,
  RemotePinQuery,
  RemotePin,
  RemoteCredentials,
  RemotePinService,
  RemotePinServiceWithStat,
  PinRemoteServiceAPI,
  PinRemoteAPI,
} from './api/remote-pins.js';
export type {
  RoutingFindProvsOptions,
  RoutingPutOptions,
  RoutingProvideOptions,
  RoutingPeer,
  RoutingQueryEvent,
  RoutingAPI,
} from './api/routing.js';
export type { StatsBWOptions, StatsBWResult, StatsAPI } from './api/stats.js';
export type { DNSOptions, ResolveOptions } from './api/top.js';
export type { BitswapAPI, BitswapStatResult } from './api/bitswap.js';
export type {
  BlockAPI,
  BlockGetOptions,
  BlockPutOptions,
  BlockRmOptions,
  BlockRmResult,
  BlockStatResult,
} from './api/block.js';
export type {
  DAGAPI,
  DAGGetOptions,
  DAGGetResult,
  DAGPutOptions,
  DAGResolveOptions,
  DAGResolveResult,
} from './api/dag.js';
export type {
  AddOptions,
  AddResult,
  CatOptions,
  GetOptions,
  IPFSEntry,
  LsOptions,
  Mtime,
} from './api/files.js';
export type {
  IDOptions,
  IDResult,
  SampleResult,
  SamplesOptions,
  StatusResult,
  VersionResult,
} from './api/info.js';
export type {
  HandleOptions,
  IncomingStream,
  Libp2pAPI,
  StreamHandler,
} from './api/libp2p.js';
export type { LogAPI, LogLineResult, LogTailOptions } from './api/log.js';
export type {
  PeerStream,
  StreamChunk,
  StreamSource,
} from './api/peer-stream.js';
export type {
  PinAddOptions,
  PinAPI,
  PinInput,
  PinLsOptions,
  PinLsResult,
  PinRmOptions,
  PinUpdateOptions,
} from './api/pin.js';
export type { PingOptions, PingResult } from './api/ping.js';
export type { PubSubAPI } from './api/pubsub.js';
export type {
  RepoAPI,
  RepoGCOptions,
  RepoGCResult,
  RepoStatResult,
  RepoVerifyResult,
  RepoVerifySummary,
} from './api/repo.js';
export type {
  JoinOptions,
  RoomAPI,
  RoomNews,
  RoomPlace,
  RoomSendOptions,
} from './api/room.js';
export type {
  MessageHandler,
  SignedMessage,
  SubscribeOptions,
} from './api/subscriptions.js';
export type {
  SwarmAddrsResult,
  SwarmAPI,
  SwarmPeersOptions,
  SwarmPeersResult,
} from './api/swarm.js';
export type { IPFSPath } from './cid.js';
export { connect, type ConnectOptions } from './connect.js';
export type { CallOptions } from './deadline.js';
export { type ErrorCode, SharednodeError } from './errors.js';
export type { Peer, SharednodeEvents } from './events.js';
export type { Sharednode } from './node.js';
export type { Config, Grants, LogLevel, RoomMember } from './nodeapi.gen.js';
export type { TextLike } from './peers.js';
export type { ByteReader } from './reader.js';
export {
  globSource,
  type GlobSourceOptions,
  urlSource,
} from './sources/sources.js';
export type { SaveOptions } from './api/save.js';
export type { Bytes } from './sources/bytes.js';
export type { Content } from './sources/content.js';
export type { Candidates, ManyCandidate } from './sources/entries.js';
export type { Candidate, FileCandidate, MtimeLike } from './sources/entry.js';
export { VERSION as version } from './version.js';
