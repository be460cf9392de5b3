import { byId } from './dom.js';
import { hashOf, parseHash, pathIn } from './links.js';
import { complain } from './notices.js';
import { Preview } from './preview.js';

/**
 * Shows what the address of the page points at, `#/ipfs/<cid>?filename=…`, and
 * points it at what is typed to be opened.
 */
export function followAddress(node) {
  const preview = new Preview(node, {
    onclose: () => {
      if (location.hash !== '') {
        history.pushState(null, '', location.pathname);
      }
    },
  });
  byId('open').addEventListener('submit', (event) => {
    event.preventDefault();
    const path = pathIn(byId('open-path').value);
    if (path !== '') {
      location.hash = hashOf(path, path.split('/').at(-1));
    }
  });
  const follow = () => {
    let wanted;
    try {
      wanted = parseHash(location.hash);
    } catch (error) {
      complain(error); // an escape that means nothing
    }
    if (wanted === undefined) {
      preview.close();
    } else {
      preview.show(wanted);
    }
  };
  addEventListener('hashchange', follow);
  follow();
}
