/**
 * The inspector: a page that shows what a repo's worker does, from any tab of
 * its origin. `?repo=` names the repo and `?worker=` the worker's script where
 * they are not the defaults.
 */

import { connect } from 'sharednode';
import { messageOf } from '../errors.js';
import { GrantList } from '../hub/grant-list.js';
import type { Sharednode } from '../node.js';
import { Charts } from './charts.js';
import { byId } from './dom.js';
import { showFacts } from './facts.js';
import { History } from './history.js';
import { showLocks } from './locks.js';
import { Log } from './log.js';
import { showPeers } from './peers.js';
import { showSessions } from './sessions.js';

/** How often a page in sight asks the worker, in ms. */
const REFRESH = 2000;

const query = new URLSearchParams(location.search);
const repo = query.get('repo') || 'default';
const workerURL = query.get('worker') || undefined;

async function start(): Promise<void> {
  byId('repo').textContent = repo;
  // Whatever runs is what is to be looked at.
  const node = await connect({ repo, workerURL, onConflict: 'join' });
  const page = new Page(node);
  node.addEventListener('reconnect', () => page.begin());
  node.addEventListener('warning', ({ detail }) => tell('bad', detail.message));
  await page.begin();
  setInterval(() => document.hidden || page.refresh(), REFRESH);
  document.addEventListener('visibilitychange', () => page.refresh());
}

/** What is shown of one node. */
class Page {
  readonly #node: Sharednode;
  readonly #history = new History();
  readonly #charts = new Charts(byId('charts'));
  readonly #log: Log;
  readonly #grants: GrantList;
  #refreshing = false;

  constructor(node: Sharednode) {
    this.#node = node;
    this.#log = new Log(node);
    this.#grants = new GrantList(node, byId('grants'), byId('grants-state'));
    // Not every two seconds: under a finger nothing is to change.
    addEventListener('focus', () => void this.#grants.refresh());
  }

  /** Shows a worker from its start. */
  async begin(): Promise<void> {
    this.#history.clear();
    const failed = (error: unknown) => tell('bad', messageOf(error));
    this.#log.follow().catch(failed);
    await Promise.all([
      this.#log.showLevels(),
      this.#grants.refresh(),
      this.refresh(),
    ]).catch(failed);
  }

  /** Shows what is so now. */
  async refresh(): Promise<void> {
    if (this.#refreshing) {
      return;
    }
    this.#refreshing = true;
    try {
      await this.#show();
      tell('good', 'Connected');
    } catch (error) {
      tell('bad', messageOf(error));
    } finally {
      this.#refreshing = false;
    }
  }

  async #show(): Promise<void> {
    const since = this.#history.last;
    const [status, samples, peers] = await Promise.all([
      this.#node.status(),
      this.#node.samples({ since }),
      this.#node.swarm.peers(),
      showLocks(byId('locks'), repo),
    ]);
    this.#history.take(samples);
    showFacts(byId('facts'), this.#node.peerId, status);
    showSessions(byId('sessions'), status.sessions);
    showPeers(byId('peers'), peers);
    byId('topics').textContent = status.topics.join(', ') || 'none';
    byId('config').textContent = JSON.stringify(this.#node.config, null, 2);
    this.#charts.show(this.#history);
  }
}

function tell(mood: 'good' | 'bad', text: string): void {
  const state = byId('state');
  state.className = `state ${mood}`;
  state.textContent = text;
}

start().catch((error: unknown) => tell('bad', messageOf(error)));
