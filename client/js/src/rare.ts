/**
 * What few pages need: a script of its own beside the client's. It has none of
 * the client's classes in it, which would be others than those.
 */
export {
  decode as decodeDagJSON,
  decodePlain as decodeJSON,
} from './codecs/dag-json.js';
export { decode as decodeDagPB } from './codecs/dag-pb.js';
export { walk } from './sources/folder.js';
export { persistStorage } from './storage.js';
