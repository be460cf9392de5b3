import { plural } from '../format.js';
import { FileCard } from './filecard.js';
import { Allowance } from './flood.js';
import { words } from './log.js';
import { Meeting } from './meet.js';
import { keyOf, Person } from './people.js';
import { enter, topicOf } from './talk.js';
import { decode, encode } from './wire.js';

/** How long somebody who came is given to say their name, in ms. */
const COURTESY = 2500;

/**
 * How long after somebody left it is told, in ms. When the node ends, all are
 * gone at once, and it is that which is told as soon as there is another.
 */
const PAUSE = 1500;

/** How long messages left out are counted in one note, in ms. */
const NOTE_SPAN = 30_000;

/** A stay in a room: who is there, and what is said. */
export class Visit {
  #page;
  #name;
  #me;
  #room;
  #meeting;
  #timers = new Set();
  #notes = new Allowance(20, 1); // comings and goings that are told
  #over = false;
  #quiet = false; // whether comings are not told, as those after a restart

  /**
   * @param {object} page
   * @param {import('../sharednode/index.js').Sharednode} page.node
   * @param {import('../preview.js').Preview} page.preview
   * @param {import('./people.js').People} page.people
   * @param {import('./log.js').Log} page.log
   * @param {import('./composer.js').Composer} page.composer
   * @param {() => void} page.onmessage for each message of others
   * @param {(error: Error) => void} page.onfailure if there is no getting in
   * @param {string} name one's own
   * @param {string} room
   */
  constructor(page, name, room) {
    this.#page = page;
    this.#name = name;
    const topic = topicOf(room);
    this.#room = enter(page.node, topic, {
      ready: (member) => this.#ready(member),
      joined: (member) => this.#joined(member),
      left: (member) => this.#left(member),
      message: (member, data, direct) => this.#heard(member, data, direct),
      dropped: (count) =>
        page.log.note(
          `${plural(count, 'message')} came too fast and were lost`,
        ),
    });
    this.#room.joined.catch((error) => this.#over || page.onfailure(error));
    this.#meeting = new Meeting(page.node, topic);
  }

  async leave() {
    this.#over = true;
    this.#meeting.stop();
    this.#timers.forEach(clearTimeout);
    this.#page.people.clear();
    this.#page.log.clear();
    await this.#room.leave();
  }

  /** Says something to all, or to who has the key `to`. */
  say(text, to) {
    this.#send({ type: 'text', text }, to, { body: words(text) });
  }

  /** Shares what was added to the node. */
  share(cid, { name, size }, to) {
    const message = { type: 'file', cid: cid.toString(), file: name, size };
    this.#send(message, to, this.#card({ cid, name, size }));
  }

  #send(message, to, content) {
    const { people, log } = this.#page;
    const person = to === '' ? undefined : people.get(to);
    const gone = to !== '' && person === undefined;
    const aside = person && `to ${people.nameOf(person)} alone`;
    const sent = log.message({
      person: this.#me ?? new Person({ peer: this.#page.node.peerId }, 'me'),
      name: this.#name,
      aside: gone ? 'to somebody who left' : aside,
      ...content,
    });
    const data = encode({ ...message, name: this.#name });
    sent.follow(async () => {
      if (gone) {
        throw new Error('They are no longer here.');
      }
      await (person
        ? this.#room.sendTo(person.member, data)
        : this.#room.broadcast(data));
    });
  }

  #card(file) {
    const card = new FileCard(this.#page.node, this.#page.preview, file);
    return { body: card.element, onend: () => card.end() };
  }

  #ready(member) {
    const { people, log } = this.#page;
    if (this.#me !== undefined) {
      this.#quiet = true;
      this.#later(COURTESY * 2, () => (this.#quiet = false));
      log.note('Back in the room: the node was lost for a moment');
    }
    people.clear();
    this.#me = new Person(member, 'me');
    this.#me.name = this.#name;
    people.add(this.#me);
    this.#changed();
    this.#introduce();
  }

  /** Says one's name, to all or to one. Who misses it learns it later. */
  async #introduce(member) {
    const data = encode({ type: 'name', name: this.#name });
    try {
      await (member
        ? this.#room.sendTo(member, data)
        : this.#room.broadcast(data));
    } catch {
      // Every message has the name too.
    }
  }

  #joined(member) {
    const person = this.#find(member);
    if (person !== undefined && person.kind !== 'me') {
      this.#introduce(member);
      this.#later(COURTESY, () => this.#tellArrival(person));
    }
  }

  #left(member) {
    const { people } = this.#page;
    const person = people.get(keyOf(member));
    if (person === undefined || person.kind === 'me') {
      return;
    }
    const name = people.nameOf(person);
    people.remove(person);
    this.#changed();
    const me = this.#me;
    this.#later(PAUSE, () => {
      if (person.arrived && this.#me === me) {
        this.#note(`${name} left`);
      }
    });
  }

  #tellArrival(person) {
    const { people } = this.#page;
    if (!person.arrived && people.get(person.key) === person) {
      person.arrived = true;
      this.#note(`${people.nameOf(person)} is here`);
    }
  }

  #note(text) {
    if (!this.#quiet && this.#notes.take()) {
      this.#page.log.note(text);
    }
  }

  /** Finds a member, who is new if there was no word of them. */
  #find(member) {
    const { node, people } = this.#page;
    const known = people.get(keyOf(member));
    if (known !== undefined) {
      return known;
    }
    const kind = member.peer === node.peerId ? 'mine' : 'other';
    const person = people.add(new Person(member, kind));
    this.#changed();
    return person;
  }

  #heard(member, data, direct) {
    const person = this.#find(member);
    if (person === undefined || person.kind === 'me') {
      return; // one too many, or what this tab itself said
    }
    const message = decode(data);
    const allowance = message.type === 'name' ? person.names : person.words;
    if (!allowance.take()) {
      if (message.type !== 'name') {
        this.#leaveOut(person);
      }
      return;
    }
    if (message.name !== undefined && message.name !== person.name) {
      person.name = message.name;
      this.#page.people.show();
      this.#changed();
    }
    this.#tellArrival(person);
    if (message.type !== 'name') {
      this.#show(person, message, direct);
    }
  }

  #show(person, message, direct) {
    const { people, log, onmessage } = this.#page;
    const content =
      message.type === 'file'
        ? this.#card({
            cid: message.cid,
            name: message.file,
            size: message.size,
          })
        : { body: words(message.text) };
    log.message({
      person,
      name: people.nameOf(person),
      aside: direct ? 'to you alone' : undefined,
      ...content,
    });
    onmessage();
  }

  /** Counts a message that is not shown, in a note that goes with it. */
  #leaveOut(person) {
    const now = performance.now();
    const { leftOut } = person;
    if (leftOut?.note.isConnected && now - leftOut.since < NOTE_SPAN) {
      leftOut.count++;
    } else {
      const note = this.#page.log.note('');
      person.leftOut = { note, since: now, count: 1 };
    }
    const { note, count } = person.leftOut;
    const name = this.#page.people.nameOf(person);
    note.textContent = `${name} says too much at once: ${count} left out`;
  }

  #changed() {
    const { people, composer } = this.#page;
    composer.offer(
      people
        .all()
        .filter(({ kind }) => kind !== 'me')
        .map((person) => ({ key: person.key, name: people.nameOf(person) })),
    );
  }

  #later(ms, run) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}
