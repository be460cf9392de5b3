import { plural } from '../format.js';
import { Comings } from './comings.js';
import { FileCard } from './filecard.js';
import { Allowances } from './flood.js';
import { words } from './log.js';
import { Meeting } from './meet.js';
import { keyOf, Person, Strangers } from './people.js';
import { enter, topicOf } from './talk.js';
import { decode, encode } from './wire.js';

/** How long somebody who came is given to say their name, in ms. */
const COURTESY = 2500;

/** How long until one's name is said again to who could not be told, in ms. */
const AGAIN = 2000;

/** How long messages left out are counted in one note, in ms. */
const NOTE_SPAN = 30_000;

/** A stay in a room: who is there, and what is said. */
export class Visit {
  #page;
  #name;
  #me; // undefined until the room is entered
  #room;
  #meeting;
  #comings;
  #allowances = new Allowances();
  #strangers = new Strangers();
  #over = false;

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
    this.#comings = new Comings(page.log);
    const topic = topicOf(room);
    this.#room = enter(page.node, topic, {
      ready: (member) => this.#ready(member),
      joined: (member) => this.#joined(member),
      left: (member) => this.#left(member),
      message: (member, data, direct) => this.#heard(member, data, direct),
      dropped: (count) => this.#lost(count),
    });
    this.#room.joined.catch((error) => this.#over || page.onfailure(error));
    this.#meeting = new Meeting(page.node, topic);
  }

  async leave() {
    this.#over = true;
    this.#meeting.stop();
    this.#comings.stop();
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
    const person = people.get(to);
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
      log.note('Back in the room: the node was lost for a moment');
    }
    people.clear();
    this.#me = new Person(member, 'me');
    this.#me.name = this.#name;
    people.add(this.#me);
    this.#changed();
    this.#introduce();
  }

  /** Says one's name to all. Who misses it is told when they join. */
  async #introduce() {
    try {
      await this.#room.broadcast(this.#introduction());
    } catch {
      // Every message has the name too.
    }
  }

  /** Says one's name to somebody who joined, as long as they are here. */
  async #introduceTo(person) {
    while (!this.#over && this.#page.people.get(person.key) === person) {
      try {
        await this.#room.sendTo(person.member, this.#introduction());
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
  }

  #introduction() {
    return encode({ type: 'name', name: this.#name });
  }

  #joined(member) {
    const { people } = this.#page;
    const person = this.#person(member);
    this.#strangers.forget(person);
    people.add(person);
    if (people.get(person.key) === person && person.kind !== 'me') {
      this.#changed();
      this.#introduceTo(person);
      setTimeout(() => this.#tellArrival(person), COURTESY);
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
    if (person.arrived) {
      this.#comings.left(person, name);
    }
  }

  #tellArrival(person) {
    const { people } = this.#page;
    if (!person.arrived && people.get(person.key) === person) {
      person.arrived = true;
      this.#comings.came(person, people.nameOf(person));
    }
  }

  /** Finds a member, or makes one who is not listed: they did not join yet. */
  #person(member) {
    const { node, people } = this.#page;
    const kind = member.peer === node.peerId ? 'mine' : 'other';
    const key = keyOf(member);
    return (
      people.get(key) ?? this.#strangers.get(key) ?? new Person(member, kind)
    );
  }

  #heard(member, data, direct) {
    const { people } = this.#page;
    const person = this.#person(member);
    if (person.kind === 'me') {
      return;
    }
    const message = decode(data);
    const account = this.#allowances.of(member.peer);
    const allowance = message.type === 'name' ? account.names : account.words;
    if (!allowance.take()) {
      this.#leaveOut(account, person);
      return;
    }
    if (message.name !== undefined && message.name !== person.name) {
      person.name = message.name;
      if (people.get(person.key) !== person) {
        this.#strangers.remember(person);
      }
      people.show();
      this.#changed();
    }
    this.#tellArrival(person);
    if (message.type !== 'name') {
      this.#show(person, message, direct);
    }
  }

  #show(person, { type, cid, file, size, text }, direct) {
    const { people, log, onmessage } = this.#page;
    const content =
      type === 'file'
        ? this.#card({ cid, name: file, size })
        : { body: words(text) };
    log.message({
      person,
      name: people.nameOf(person),
      aside: direct ? 'to you alone' : undefined,
      ...content,
    });
    onmessage();
  }

  /** Counts a message that is not shown, in a note that goes with it. */
  #leaveOut(account, person) {
    const { people, log } = this.#page;
    const now = performance.now();
    const { leftOut } = account;
    if (!leftOut?.note.isConnected || now - leftOut.since > NOTE_SPAN) {
      account.leftOut = { note: log.note(''), since: now, count: 0 };
    }
    const count = ++account.leftOut.count;
    account.leftOut.note.textContent = `${people.nameOf(person)} says too much at once: ${count} left out`;
  }

  #lost(count) {
    const messages = plural(count, 'message');
    this.#page.log.note(`${messages} came too fast and were lost`);
  }

  /** Has the composer offer those that are here. */
  #changed() {
    const { people, composer } = this.#page;
    composer.offer(
      people
        .all()
        .filter(({ kind }) => kind !== 'me')
        .map((person) => ({ key: person.key, name: people.nameOf(person) })),
    );
  }
}
