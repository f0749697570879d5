import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, isNews } from './pace.ts';

test('requests come once a minute, soon again before the new minute, and seldom while nothing comes', () => {
  assert.equal(pause(0, 0), 45_000);
  assert.equal(pause(0, 1), 60_000);
  assert.equal(pause(1, 0), 15_000);
  assert.equal(pause(3, 0), 60_000);
  assert.equal(pause(50, 0), 120_000);
});

test('a page that misses a minute has the next before it counts as old', () => {
  assert.ok(pause(0, 1) + pause(1, 1) < 115_000);
});

test('news is said once, and at most once a minute', () => {
  const last = { words: 'as usual', at: 1_000_000 };
  assert.equal(isNews('as usual', last, 2_000_000), false);
  assert.equal(isNews('far above usual', last, 1_059_999), false);
  assert.equal(isNews('far above usual', last, 1_060_000), true);
});
