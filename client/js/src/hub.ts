/**
 * The hub: a page at the node's origin that pages of other origins embed to be
 * handed a port to the node, with what the person or a policy grants them.
 * `connectHub` is for those pages, `serveHub` for the hub's own.
 */
export { connectHub, type ConnectHubOptions } from './hub/embed.js';
export {
  type Decide,
  type Decision,
  type HubOptions,
  type HubRequest,
  serveHub,
} from './hub/serve.js';
