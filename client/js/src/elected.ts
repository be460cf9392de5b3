/**
 * The node where there is no SharedWorker: one tab, the leader, runs a
 * dedicated Worker for all.
 *
 * **Who holds what.** The tabs that have had a client of a repo queue for the
 * Web Lock `sharednode:<repo>:leader`; the one that has it leads. It runs the
 * Worker, or one for each script that is asked for: which of those has the repo
 * they settle among themselves, as any two workers do, by the repo's own lock.
 * So the election never decides who may open the database, and two leaders, for
 * the moments in which one has not heard of the other, are no harm.
 *
 * **Ports.** A client's port is one end of a MessageChannel. The leader gives
 * its own clients' other ends to its Worker. Those of other tabs reach it by a
 * Service Worker (port-sw.ts), which takes them to the page whose client id the
 * leader has announced; the leader, which cannot know its id otherwise, asks
 * the Service Worker for it once a tab needs it. Alone, a tab needs no Service
 * Worker. Where a tab or the leader can have none, other tabs' clients fail
 * with `not-supported`. Once a port is delivered, nobody is between the client
 * and the Worker.
 *
 * **Messages** (elected/messages.ts) on the BroadcastChannel of the lock's name: `ask`,
 * from anybody; `lead`, from the leader, in answer to each `ask`, and by itself
 * when it begins or learns its address; `taken`, for each port that was carried
 * to it; `ended`, when a Worker of its is no more. A `lead` has an order
 * greater than that of those before, so that a leader that wakes is not
 * believed, and is itself set aside. Unknown messages and fields are ignored.
 *
 * **Taking over.** A tab that closes, crashes or is discarded loses its lock,
 * and the next in line leads. One that is put aside (`pagehide`, `freeze`) ends
 * its Worker and lets the lock go while it still can, since a page in the
 * back/forward cache keeps its locks; coming back it queues again. A leader
 * that was frozen without a word (a stopped process) is silent: it answers no
 * `ask`, and another tab steals the lock. It is always the leader's page that
 * answers, so that a Worker that boots slowly or is busy counts for nothing. A
 * leader that was set aside like that, and was not frozen after all, leaves its
 * Worker running a while: the new leader's asks it for the repo.
 *
 * Clients with a port to the Worker of an earlier leader are told
 * `worker-moved` by their own tab, and dial again. A port that no Worker has
 * answered is led on to the next leader with what was said on it, a hello.
 *
 * **Times**, each with its reason where it is set: how long a leader may be
 * silent (elected/silence.ts), a port be under way (elected/election.ts), the
 * Service Worker take to answer (elected/carrier.ts), and the Worker of a leader
 * that was set aside go on (elected/leader.ts). None bounds a boot.
 */

import type { Dialed } from './dial.js';
import { Tab } from './elected/tab.js';

const tabs = new Map<string, Tab>();

/**
 * Reaches the worker of a repo by the tab that leads, which may be this one.
 * What goes wrong is told on the port, by `refuse`.
 *
 * @param url the worker's script
 */
export function dialElected(url: URL, repo: string): Dialed {
  let tab = tabs.get(repo);
  if (tab === undefined) {
    tab = new Tab(repo, portScript(url));
    tabs.set(repo, tab);
  }
  return tab.dial(url);
}

/**
 * The Service Worker's script: beside this module, or if that came from another
 * origin, beside the worker's, which cannot have.
 */
function portScript(worker: URL): URL {
  const script = new URL('./port-sw.js', import.meta.url);
  return script.origin === worker.origin
    ? script
    : new URL('port-sw.js', worker);
}
