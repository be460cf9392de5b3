import { byId } from '../dom.js';
import { cleanLine, cleanName } from './wire.js';

const ROOM_LIMIT = 60;

/** Where the name last used in this browser, and in this tab, is kept. */
const NAME = 'sharednode-demo-name';

/** The room that the page's address names: `#kitchen%20table`. */
export function roomInAddress() {
  try {
    return cleanLine(decodeURIComponent(location.hash.slice(1)), ROOM_LIMIT);
  } catch {
    return ''; // an escape that means nothing
  }
}

/** The address under which others come into a room. */
export function invitationTo(room) {
  return new URL(`#${encodeURIComponent(room)}`, location.href).href;
}

/** The name under which this tab was in a room before it was loaded again. */
export function nameBefore() {
  return read('sessionStorage');
}

/** Forgets that name, so that the next load asks for one. */
export function forgetName() {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // There is none.
  }
}

/** Keeps a name for the next time. */
export function keepName(name) {
  for (const storage of ['sessionStorage', 'localStorage']) {
    try {
      globalThis[storage].setItem(NAME, name);
    } catch {
      // The browser lets the page keep nothing: it asks again next time.
    }
  }
}

function read(storage) {
  try {
    return cleanName(globalThis[storage].getItem(NAME) ?? '');
  } catch {
    return undefined;
  }
}

/** The form that asks for a name and a room. */
export class JoinForm {
  #form = byId('join');
  #name = byId('join-name');
  #room = byId('join-room');

  /** @param {(name: string, room: string) => void} onjoin */
  constructor(onjoin) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const name = cleanName(this.#name.value);
      const room = cleanLine(this.#room.value, ROOM_LIMIT);
      this.#name.setCustomValidity(name ? '' : 'A name has letters in it.');
      this.#room.setCustomValidity(room ? '' : 'A room needs a name.');
      if (this.#form.reportValidity()) {
        onjoin(name, room);
      }
    });
    for (const input of [this.#name, this.#room]) {
      input.addEventListener('input', () => input.setCustomValidity(''));
    }
    this.#name.value = read('localStorage') ?? '';
  }

  /** Lets people in, now that there is a node. */
  enable() {
    this.#form.querySelector('button').disabled = false;
  }

  show(room = roomInAddress()) {
    this.#form.hidden = false;
    this.#room.value = room || 'lobby';
    (this.#name.value === '' ? this.#name : this.#room).focus();
  }

  hide() {
    this.#form.hidden = true;
  }
}
