import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after } from './retry.ts';

test('a report that was taken leads on', () => {
  assert.equal(after(1, { status: 200, retryAfter: null }, 0), 'go');
});

test('without an answer the pauses grow, up to half a minute and a quarter more', () => {
  const waits = Array.from({ length: 19 }, (_, i) => {
    const step = after(i + 1, 'no answer', 0.5);
    assert.ok(typeof step === 'object', `try ${i + 1}`);
    return step.wait;
  });
  assert.deepEqual(waits.slice(0, 6), [1000, 2000, 4000, 8000, 16000, 30000]);
  assert.deepEqual(after(9, 'no answer', 1), { wait: 37500 });
  assert.equal(after(20, 'no answer', 0), 'give over');
});

test('a server that cannot take it is asked again when it says', () => {
  assert.deepEqual(after(1, { status: 503, retryAfter: '2' }, 0), { wait: 2000 });
  assert.deepEqual(after(1, { status: 503, retryAfter: null }, 0), { wait: 5000 });
  assert.deepEqual(after(1, { status: 503, retryAfter: 'soon' }, 0), { wait: 5000 });
  assert.deepEqual(after(1, { status: 503, retryAfter: '3600' }, 0), { wait: 30000 });
  assert.equal(after(4, { status: 503, retryAfter: '2' }, 0), 'give over');
});

test('what is wrong with a report is for its sender to read', () => {
  for (const status of [400, 403, 422, 429, 500]) assert.equal(after(1, { status, retryAfter: '1' }, 0), 'give over');
});
