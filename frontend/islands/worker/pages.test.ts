import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linked, offlineOf } from './pages.ts';

test('the page for no connection is in the language of the one that is missing', () => {
  const kept = ['/static/offline.1.js', '/hi/offline', '/offline', '/bn/offline'];
  assert.equal(offlineOf('/bn/in/whatsapp', kept), '/bn/offline');
  assert.equal(offlineOf('/in/whatsapp', kept), '/offline');
  assert.equal(offlineOf('/', kept), '/offline');
  assert.equal(offlineOf('/cy/gb', ['/hi/offline']), '/hi/offline');
  assert.equal(offlineOf('/', ['/static/offline.1.js']), undefined);
});

test('the scripts of a page are its own', () => {
  assert.deepEqual(linked('<script type="module" src="/static/offline.a1.js"></script><img src="/static/x.js"><script src="https://x.example/y.js">'), ['/static/offline.a1.js']);
});
