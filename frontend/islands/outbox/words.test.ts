import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offlinePath, textOf } from './words.ts';

test('the page for no connection is in the language of the page', () => {
  assert.equal(offlinePath('/', 'en'), '/offline');
  assert.equal(offlinePath('/in/whatsapp', 'en'), '/offline');
  assert.equal(offlinePath('/bn/in/whatsapp', 'bn'), '/bn/offline');
  assert.equal(offlinePath('/bn', 'bn'), '/bn/offline');
});

test('a text has the time of the report, on the clock of the device', () => {
  const at = new Date(2026, 10, 18, 14, 5).getTime();
  const report = { key: '', body: '', at, state: 'sent', address: '' } as const;
  assert.equal(textOf({ sent: 'Of %t: sent.' }, report, 'en'), 'Of 14:05: sent.');
  assert.equal(textOf({ sent: 'Of %t: sent.' }, report, 'bn'), 'Of ১৪:০৫: sent.');
  assert.equal(textOf({}, report, 'cy'), '');
});
