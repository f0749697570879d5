import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, isNews } from './pace.ts';

test('questions come every 20 to 40 seconds, and seldom while they fail', () => {
  assert.equal(pause(0, 0), 20_000);
  assert.equal(pause(0, 1), 40_000);
  assert.equal(pause(2, 0), 80_000);
  assert.equal(pause(50, 0), 300_000);
});

test('news is said once, and at most once a minute', () => {
  const last = { words: 'as usual', at: 1_000_000 };
  assert.equal(isNews('as usual', last, 2_000_000), false);
  assert.equal(isNews('far above usual', last, 1_059_999), false);
  assert.equal(isNews('far above usual', last, 1_060_000), true);
});
