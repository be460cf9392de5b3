/**
 * The hub's page: in a frame it serves the page around it; in a window of its own
 * it shows the person which sites may use the node, and takes that back.
 */

import { connect } from 'sharednode';
import { serveHub } from 'sharednode/hub';
import { byId } from '../inspector/dom.js';
import { GrantList } from './grant-list.js';

if (window === top) {
  byId('manage').hidden = false;
  start().catch((error: Error) => {
    byId('state').textContent = error.message;
  });
} else {
  serveHub();
}

async function start(): Promise<void> {
  const node = await connect({ onConflict: 'join' });
  const list = new GrantList(node, byId('grants'), byId('state'));
  await list.refresh();
  addEventListener('focus', () => void list.refresh());
}
