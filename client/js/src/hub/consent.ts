/**
 * The consent page: asks the person what a site may do, in a window of its own. It
 * is opened by a hub's page, which tells it who asks for what.
 */

import { byId, make } from '../inspector/dom.js';
import { storageHere } from '../party.js';
import type { Grants } from '../nodeapi.gen.js';
import type { Question, Ready, Verdict } from './messages.js';
import { union } from './wants.js';
import { hostOf, inWords } from './words.js';

/**
 * How long, in ms, the page must have been in sight before it takes an answer: a
 * click that was meant for what was there before is none.
 */
const SETTLE = 700;

const dialog = byId('consent');
const allow = byId<HTMLButtonElement>('allow');
const deny = byId<HTMLButtonElement>('deny');

/** Waits for the question of the page that has opened this one. */
function start(): void {
  const opener = window.opener as Window | null;
  if (window !== top || opener === null) {
    byId('waiting').textContent =
      'This page asks what a site may do, when a site asks. Nobody has asked.';
    return;
  }
  storageHere(); // leaves the mark of a first party
  addEventListener('message', function listen({ origin, source, data, ports }) {
    const question = Object(data) as Question;
    const [port] = ports;
    if (
      origin === location.origin &&
      source === opener &&
      question.sharednode === 'question' &&
      port !== undefined
    ) {
      removeEventListener('message', listen);
      show(question, port);
    }
  });
  const ready: Ready = { sharednode: 'consent' };
  opener.postMessage(ready, location.origin);
}

function show({ origin, want, partitioned }: Question, port: MessagePort) {
  const wants = inWords(origin, want);
  document.title = `${hostOf(origin)} asks for access`;
  for (const place of document.querySelectorAll('.site')) {
    place.textContent = hostOf(origin);
  }
  byId('hub').textContent = location.host;
  byId('partitioned').hidden = !partitioned;
  const boxes = wants.map(({ grants, what, more }, i) => {
    const box = make('input', {
      type: 'checkbox',
      id: `want-${i}`,
      checked: '',
      ...(more && { 'aria-describedby': `more-${i}` }),
    }) as HTMLInputElement;
    const words = make('div', {}, make('label', { for: box.id }, what));
    if (more) {
      words.append(make('p', { class: 'quiet', id: `more-${i}` }, more));
    }
    byId('wants').append(make('li', {}, box, words));
    return { box, grants };
  });
  byId('nothing').hidden = wants.length > 0;
  const { quota, rate, maxStreams, expires } = want;
  const bounds: Grants = {
    ...(quota && { quota }),
    ...(rate && { rate }),
    ...(maxStreams && { maxStreams }),
    ...(expires && { expires }),
  };
  const answer = (grants?: Grants) => {
    const remember = byId<HTMLInputElement>('remember').checked;
    const verdict: Verdict = {
      type: 'verdict',
      remember,
      ...(grants && { grants }),
    };
    port.postMessage(verdict);
    setTimeout(() => close(), 50);
  };
  allow.onclick = () => {
    const granted = boxes.filter(({ box }) => box.checked);
    answer(granted.reduce((all, { grants }) => union(all, grants), bounds));
  };
  deny.onclick = () => answer();
  addEventListener('keydown', ({ key }) => key === 'Escape' && answer());
  byId('waiting').hidden = true;
  dialog.hidden = false;
  byId('title').focus();
  arm();
}

/** Lets a click allow something once the page has been as it is, in sight, long enough. */
function arm(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    const seen = document.visibilityState === 'visible';
    allow.disabled = true;
    if (seen) {
      timer = setTimeout(() => (allow.disabled = false), SETTLE);
    }
  };
  addEventListener('focus', look);
  addEventListener('blur', look);
  addEventListener('resize', look);
  document.addEventListener('visibilitychange', look);
  look();
}

start();
