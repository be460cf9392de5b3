import { openNode } from '../connection.js';
import { byId } from '../dom.js';
import { takeFiles } from '../drop.js';
import { serveMedia } from '../media.js';
import { copy } from '../nodefacts.js';
import { complain, notify } from '../notices.js';
import { Preview } from '../preview.js';
import { Uploads } from '../uploads.js';
import { Composer } from './composer.js';
import {
  forgetName,
  invitationTo,
  JoinForm,
  keepName,
  nameBefore,
  roomInAddress,
} from './join.js';
import { Log } from './log.js';
import { watchNetwork } from './network.js';
import { People } from './people.js';
import { Unread } from './unread.js';
import { Visit } from './visit.js';

async function start() {
  const form = new JoinForm((name, room) => page.join(name, room));
  const name = nameBefore();
  if (!name || !roomInAddress()) {
    form.show();
  }
  const node = await openNode();
  if (node === undefined) {
    return;
  }
  const page = new Page(node, form);
  watchNetwork(node, page.people);
  form.enable();
  if (name && roomInAddress()) {
    page.join(name, roomInAddress()); // it was loaded again
  }
}

/** The page with its node: outside of any room, or on a visit to one. */
class Page {
  people = new People(byId('people'), byId('here-title'), ({ key }) =>
    this.#composer.address(key),
  );

  #node;
  #form;
  #preview;
  #uploads;
  #composer = new Composer((text, to) => this.#visit.say(text, to));
  #log = new Log(byId('log'), byId('newer'));
  #unread = new Unread();
  #visit;
  #room;

  constructor(node, form) {
    this.#node = node;
    this.#form = form;
    this.#preview = new Preview(node, { target: '_blank' });
    this.#uploads = new Uploads(byId('uploads'), node, {
      onadded: (cid, source) => {
        if (source.visit === this.#visit) {
          this.#visit.share(cid, source, source.to);
        }
      },
    });
    serveMedia(node);
    takeFiles((sources) => this.#share(sources), { texts: false });
    byId('leave').addEventListener('click', () => this.#leave());
    byId('invite').addEventListener('click', () =>
      copy(invitationTo(this.#room), 'Invitation'),
    );
    addEventListener('hashchange', () => {
      if (this.#visit !== undefined && roomInAddress() !== this.#room) {
        this.#leave(); // an invitation to another room was followed
      }
    });
  }

  join(name, room) {
    keepName(name);
    history.replaceState(null, '', invitationTo(room));
    this.#enter(room);
    this.#visit = new Visit(
      {
        node: this.#node,
        preview: this.#preview,
        people: this.people,
        log: this.#log,
        composer: this.#composer,
        onmessage: () => this.#unread.count(),
        onfailure: (error) => {
          complain(error);
          this.#leave();
        },
      },
      name,
      room,
    );
    this.#composer.focus();
  }

  #leave() {
    this.#visit?.leave().catch(complain);
    this.#visit = undefined;
    forgetName();
    this.#enter(undefined);
    this.#form.show();
  }

  /** Shows the inside of a room, or of none. */
  #enter(room) {
    this.#room = room;
    this.#form.hide();
    byId('drop').hidden = room === undefined;
    byId('here').hidden = room === undefined;
    byId('room-name').textContent = room ?? '';
    this.#unread.enter(room);
  }

  /** Adds what was dropped and shares it with whom the composer addresses. */
  #share(sources) {
    const visit = this.#visit;
    if (visit === undefined) {
      notify('Join a room first: what you drop is shared with those in it.');
      return;
    }
    const { to } = this.#composer;
    this.#uploads.add(sources.map((source) => ({ ...source, visit, to })));
  }
}

start().catch(complain);
