import assert from 'node:assert/strict';
import { test } from 'node:test';
import { share } from './share.ts';

const what = { url: 'https://downpour.example/in/whatsapp', text: 'WhatsApp' };
const failing = (name: string) => async () => { throw Object.assign(new Error(), { name }); };

test('the menu of the device comes first, and copying is for those without', async () => {
  const done: unknown[] = [];
  const copy = async (text: string) => void done.push(text);
  assert.equal(await share(what, { share: async (shared) => void done.push(shared), copy }), false);
  assert.deepEqual(done, [what]);
  assert.equal(await share(what, { copy }), true);
  assert.deepEqual(done, [what, what.url]);
});

test('who closes the menu gets no copy; a menu that fails gives one', async () => {
  const copied: string[] = [];
  const copy = async (text: string) => void copied.push(text);
  assert.equal(await share(what, { share: failing('AbortError'), copy }), false);
  assert.deepEqual(copied, []);
  assert.equal(await share(what, { share: failing('NotAllowedError'), copy }), true);
  assert.equal(await share(what, { copy: failing('NotAllowedError') }), false);
});
