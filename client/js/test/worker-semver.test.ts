import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '../src/worker/semver.js';

test('versions go by the precedence of Semantic Versioning', () => {
  // From older to newer; those of one line are as old.
  const order = [
    ['', 'x', '1', '1.2', '1.2.3.4', '-1.0.0', '1.0.0-', 'latest'],
    ['0.0.0'],
    ['0.0.9', 'v0.0.9'],
    ['0.0.10'],
    ['0.2.0'],
    ['0.10.0', '0.10.0+build.5'],
    ['1.0.0-0'],
    ['1.0.0-alpha'],
    ['1.0.0-alpha.1'],
    ['1.0.0-alpha.beta'],
    ['1.0.0-beta'],
    ['1.0.0-beta.2'],
    ['1.0.0-beta.11'],
    ['1.0.0-rc.1', '1.0.0-rc.1+x'],
    ['1.0.0', '1.0.0+x-y'],
    ['10.0.0'],
  ];
  for (const [i, as] of order.entries()) {
    for (const [j, bs] of order.entries()) {
      for (const a of as) {
        for (const b of bs) {
          const got = Math.sign(compareVersions(a, b));
          assert.equal(got, Math.sign(i - j), `${a} against ${b}`);
        }
      }
    }
  }
});
