/**
 * What few pages need: a script of its own beside the client's. It has none of
 * the client's classes in it, which would be others than those.
 */
import { archiveAPI } from './api/archive.js';
import { bitswapAPI } from './api/bitswap.js';
import { bootstrapAPI } from './api/bootstrap.js';
import { configAPI } from './api/config.js';
import { datastoreAPI } from './api/datastore.js';
import { grantsAPI } from './api/grants.js';
import { keyAPI } from './api/key.js';
import { libp2pAPI } from './api/libp2p.js';
import { logAPI } from './api/log.js';
import { filesAPI } from './api/mfs.js';
import { nameAPI } from './api/name.js';
import { pinAPI } from './api/pin.js';
import { refsAPI } from './api/refs.js';
import { remotePinsAPI, remoteServicesAPI } from './api/remote-pins.js';
import { repoAPI } from './api/repo.js';
import { roomAPI } from './api/room.js';
import { routingAPI } from './api/routing.js';
import { statsAPI } from './api/stats.js';
import { swarmAPI } from './api/swarm.js';
import { topAPI } from './api/top.js';

export { watchPeers } from './api/swarm-events.js';
export {
  decode as decodeDagJSON,
  decodePlain as decodeJSON,
} from './codecs/dag-json.js';
export { decode as decodeDagPB } from './codecs/dag-pb.js';
export { fetchBytes } from './sources/fetch.js';
export { glob } from './sources/glob.js';
export { walk } from './sources/folder.js';
export { persistStorage } from './storage.js';

/** The calls that few pages make, by what their names begin with. */
export const groups = {
  '': topAPI,
  bitswap: bitswapAPI,
  bootstrap: bootstrapAPI,
  config: configAPI,
  dag: archiveAPI,
  datastore: datastoreAPI,
  files: filesAPI,
  grants: grantsAPI,
  key: keyAPI,
  libp2p: libp2pAPI,
  log: logAPI,
  name: nameAPI,
  pin: pinAPI,
  'pin.remote': remotePinsAPI,
  'pin.remote.service': remoteServicesAPI,
  refs: refsAPI,
  repo: repoAPI,
  room: roomAPI,
  routing: routingAPI,
  stats: statsAPI,
  swarm: swarmAPI,
};
