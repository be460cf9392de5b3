/**
 * What few pages need: a script of its own beside the client's. It has none of
 * the client's classes in it, which would be others than those.
 */
import { bitswapAPI } from './api/bitswap.js';
import { infoAPI } from './api/info.js';
import { libp2pAPI } from './api/libp2p.js';
import { logAPI } from './api/log.js';
import { pinAPI } from './api/pin.js';
import { repoAPI } from './api/repo.js';
import { roomAPI } from './api/room.js';
import { swarmAPI } from './api/swarm.js';

export { watchPeers } from './api/swarm-events.js';
export {
  decode as decodeDagJSON,
  decodePlain as decodeJSON,
} from './codecs/dag-json.js';
export { decode as decodeDagPB } from './codecs/dag-pb.js';
export { walk } from './sources/folder.js';
export { persistStorage } from './storage.js';

/** The calls that few pages make, by the name of their group. */
export const groups = {
  bitswap: bitswapAPI,
  info: infoAPI,
  libp2p: libp2pAPI,
  log: logAPI,
  pin: pinAPI,
  repo: repoAPI,
  room: roomAPI,
  swarm: swarmAPI,
};
