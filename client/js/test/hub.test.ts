import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERSION } from '../src/hub/messages.js';
import { refusalOf } from '../src/hub/refusal.js';

const site = { origin: 'https://site.example', version: VERSION };

/** A page that is the hub in a frame of a page in a window of its own. */
function hubIn(parent: object, fields: object = {}) {
  const hub = { origin: 'https://hub.example', parent, top: parent, ...fields };
  return hub as unknown as Window;
}

const around = {};

test('the page around the hub is served', () => {
  assert.equal(refusalOf(site, false, hubIn(around)), undefined);
});

const alone = hubIn(around);
Object.assign(alone, { parent: alone, top: alone });

const refused: [string, string, ReturnType<typeof refusalOf>][] = [
  [
    'a hub without an origin',
    'opaque',
    refusalOf(site, false, hubIn(around, { origin: 'null' })),
  ],
  [
    'a page without one',
    'opaque',
    refusalOf({ ...site, origin: 'null' }, false, hubIn(around)),
  ],
  [
    'a page in a frame',
    'nested',
    refusalOf(site, false, hubIn(around, { top: {} })),
  ],
  ['no page around the hub', 'nested', refusalOf(site, false, alone)],
  ['a second knock', 'served', refusalOf(site, true, hubIn(around))],
  [
    'another version',
    'version',
    refusalOf({ ...site, version: VERSION + 1 }, false, hubIn(around)),
  ],
];

for (const [what, reason, reply] of refused) {
  test(`${what} is refused`, () => {
    assert(reply?.type === 'refused');
    assert.equal(reply.code, 'hub-refused');
    assert.deepEqual(reply.details, { reason });
  });
}
