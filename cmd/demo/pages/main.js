import { openNode, show } from './connection.js';
import { byId } from './dom.js';
import { takeFiles } from './drop.js';
import { Files } from './files.js';
import { followAddress } from './follow.js';
import { serveMedia } from './media.js';
import { NodeFacts } from './nodefacts.js';
import { complain } from './notices.js';
import { Storage } from './storage.js';
import { Uploads } from './uploads.js';
import { inWords } from './words.js';

/** How often a tab in sight asks what the other tabs did, in ms. */
const REFRESH = 2000;

/** How often it counts what is stored when no file came or went, in ms. */
const RECOUNT = 20_000;

async function start() {
  const node = await openNode();
  if (node === undefined) {
    return;
  }

  const facts = new NodeFacts(byId('node'), node);
  const storage = new Storage(byId('storage'), byId('collect'), node);
  const files = new Files(node, { onremove: () => refresh() });
  const uploads = new Uploads(byId('uploads'), node, {
    onadded: (cid) => {
      files.highlight(cid);
      refresh();
    },
  });
  serveMedia(node);
  followAddress(node);
  takeFiles((sources) => uploads.add(sources));

  let counted = -RECOUNT;
  async function refresh() {
    try {
      const [changed] = await Promise.all([files.refresh(), facts.refresh()]);
      if (changed || performance.now() - counted > RECOUNT) {
        counted = performance.now();
        await storage.refresh();
      }
    } catch (error) {
      show('bad', inWords(error));
    }
  }
  await refresh();
  setInterval(() => document.hidden || refresh(), REFRESH);
  document.addEventListener(
    'visibilitychange',
    () => document.hidden || refresh(),
  );
}

start().catch(complain);
