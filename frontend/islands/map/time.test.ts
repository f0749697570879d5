import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchWith, viewsIn } from './address.ts';
import { after, ahead, momentOf } from './slider.ts';
import { Source } from './source.ts';

const slider = { first: Date.parse('2025-02-28T14:00:00Z'), steps: 5 };

test('steps are quarter hours in the form of the address', () => {
  assert.equal(momentOf(slider, 0), '2025-02-28T14:00:00Z');
  assert.equal(momentOf(slider, 5), '2025-02-28T15:15:00Z');
});

test('playing starts over at the end, from where it is to start, and has the next pictures ready', () => {
  assert.equal(after(slider, 4, 2), 5);
  assert.equal(after(slider, 5, 2), 2);
  assert.deepEqual(ahead(slider, 4, true), [5]);
  assert.deepEqual(ahead(slider, 0, false), [1]);
});

test('the state of the map goes into the address and comes back', () => {
  const views = new Map([['IN', { zoom: 4.333, x: 312.4, y: 207 }], ['GB', { zoom: 1, x: 0, y: 0 }]]);
  const search = searchWith('?service=whatsapp', '2025-02-28T14:30:00Z', views);
  assert.equal(search, '?service=whatsapp&t=2025-02-28T14:30:00Z&view=IN:4.33,312,207');
  assert.deepEqual([...viewsIn(search)], [['IN', { zoom: 4.33, x: 312, y: 207 }]]);
  assert.equal(searchWith(search, '', new Map()), '?service=whatsapp');
  assert.equal(searchWith('?t=x', '', new Map()), '');
});

test('an address made up by somebody shows the whole', () => {
  for (const bad of ['?view=IN', '?view=IN:1,2', '?view=IN:..,1,2', '?view=<b>', '?view=IN:1,2,3,4']) assert.equal(viewsIn(bad).size, 0, bad);
});

test('a picture is asked for once, and again only after it failed', async () => {
  const asked: string[] = [];
  let works = false;
  const body = { rings: [], class: '', status: '', region: [], names: [], reports: [], expected: [], finer: 4, rows: [], legend: [], words: '', towns: [], town: [], when: '', note: '' };
  const source = new Source('/map/cells?service=x', async (address) => {
    asked.push(address);
    return new Response(JSON.stringify(body), { status: works ? 200 : 503 });
  });
  const part = { country: 'IN', scale: 'c', from: 'a', to: 'b', z: 0, x: 0, y: 0 };
  await assert.rejects(source.ask(part));
  works = true;
  await source.ask(part);
  await source.ask(part);
  assert.deepEqual(asked, Array(2).fill('/map/cells?service=x&country=IN&scale=c&from=a&to=b&z=0&x=0&y=0'));
});
