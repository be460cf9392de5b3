import { isDemo } from '../connection.js';
import { byId } from '../dom.js';
import { Peers } from './peers.js';
import { Traffic } from './traffic.js';

/** How often a tab in sight looks, in ms. */
const REFRESH = 1000;

/**
 * Draws peers and traffic as long as somebody may be looking.
 *
 * @param {import('./people.js').People} people who lend their names to peers
 */
export function watchNetwork(node, people) {
  const nameOf = (peer) => (isDemo(peer) ? 'Demo' : people.namesOf(peer)[0]);
  const peers = new Peers(node, byId('map'), byId('peers'), nameOf);
  const traffic = new Traffic(byId('traffic'));
  let looking = false;
  const look = async () => {
    if (looking || document.hidden) {
      return;
    }
    looking = true;
    try {
      const [stat] = await Promise.all([node.bitswap.stat(), peers.refresh()]);
      traffic.take(stat);
    } catch {
      // A node that does not answer is told of where the page's state is.
    } finally {
      looking = false;
    }
  };
  look();
  setInterval(look, REFRESH);
  document.addEventListener('visibilitychange', look);
}
