import { connectHub } from '../sharednode/hub.min.js';
import { byId } from '../dom.js';
import { Feed } from './feed.js';

/** The sites of the demo, and the hub: names of this machine, to browsers. */
const SITES = { garden: 'Garden', kitchen: 'Kitchen' };
const [name] = location.hostname.split('.');
const [other] = Object.keys(SITES).filter((site) => site !== name);
const at = (host) => `${location.protocol}//${host}.localhost:${location.port}`;
const hub = `${at('hub')}/sharednode/hub.html`;

/** What a site gets to know of where the node keeps things. */
const PARTITIONS = {
  unpartitioned: 'What is shared here is there for all sites of the hub.',
  partitioned:
    'This browser gives the hub another storage on each site: what is shared here stays here.',
};

const state = byId('state');

function show(kind, text) {
  state.className = `state ${kind}`;
  state.textContent = text;
}

async function connect() {
  byId('connect').disabled = true;
  byId('failure').textContent = '';
  show('busy', 'Asking…');
  try {
    const node = await connectHub(hub, {
      want: { read: true, add: true, rooms: ['sites/'] },
      container: byId('frame'),
    });
    node.addEventListener('close', () => leave('The hub has closed the port.'));
    node.addEventListener('warning', ({ detail }) => leave(detail.message));
    byId('ask').hidden = true;
    byId('shared').hidden = false;
    byId('partition').textContent = PARTITIONS[node.storage];
    new Feed(node, SITES[name], {
      onfailure: (error) => leave(error.message),
    });
    show('good', 'Connected');
  } catch (error) {
    leave(
      error.code === 'grants-denied' ? 'You did not allow it.' : error.message,
    );
  }
}

/** Back to where the site may only ask. */
function leave(why) {
  byId('ask').hidden = false;
  byId('shared').hidden = true;
  byId('connect').disabled = false;
  byId('failure').textContent = why;
  show('bad', 'Not connected');
}

document.title = `${SITES[name]} · Sharednode`;
byId('site').textContent = SITES[name];
byId('other').textContent = SITES[other];
byId('other').href = at(other);
byId('manage').href = hub;
for (const place of document.querySelectorAll('.hub')) {
  place.textContent = new URL(hub).host;
}
byId('connect').onclick = connect;
