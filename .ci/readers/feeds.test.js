// Four feed readers that others wrote read the feeds of one incident as it opens, recovers and
// is over (api writes the files). Each finds one entry, under one id, at an absolute address.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseFeed } from '@rowanmanning/feed-parser';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import RSSParser from 'rss-parser';

const folder = new URL('../../api/testdata/feeds/', import.meta.url);
const life = (kind) => readdirSync(folder).filter((name) => name.endsWith(`.${kind}`)).sort().map((name) => readFileSync(new URL(name, folder), 'utf8'));

// Each reader gives the feed's address and the entries.
const entry = (id, link, title, updated) => ({ id, link, title, updated: new Date(updated).toISOString() });
const readers = {
  'feed-parser of Rowan Manning': { kinds: ['atom'], read: (text) => {
    const feed = parseFeed(text);
    return { self: feed.self, entries: feed.items.map((i) => entry(i.id, i.url, i.title, i.updated)) };
  } },
  feedsmith: { kinds: ['atom'], read: (text) => {
    const feed = parseAtomFeed(text);
    return { self: feed.links.find((l) => l.rel === 'self').href, entries: feed.entries.map((e) => entry(e.id, e.links[0].href, e.title, e.updated)) };
  } },
  'feedsmith, of JSON Feed': { kinds: ['json'], read: (text) => {
    const feed = parseJsonFeed(text);
    return { self: feed.feed_url, entries: feed.items.map((i) => entry(i.id, i.url, i.title, i.date_modified)) };
  } },
  'rss-parser': { kinds: ['atom'], read: async (text) => {
    const feed = await new RSSParser({ customFields: { item: ['updated'] } }).parseString(text);
    return { self: feed.feedUrl, entries: feed.items.map((i) => entry(i.id, i.link, i.title, i.updated)) };
  } },
};

// page is the address of an incident.
const page = /^http:\/\/example\.com\/incidents\/([\w-]+)$/;

for (const [name, { kinds, read }] of Object.entries(readers)) {
  for (const kind of kinds) {
    test(`${name} follows an incident`, async () => {
      const states = await Promise.all(life(kind).map(read));
      assert.equal(states.length, 3);
      const ids = new Set();
      const updated = [];
      for (const { self, entries } of states) {
        assert.match(self, /^http:\/\/example\.com\/feeds\/incidents\.(atom|json)\?country=IN&service=whatsapp$/);
        for (const { link } of entries) assert.match(link, page);
        const own = entries.filter(({ link }) => page.exec(link)[1] === 'whatsapp-in-11');
        assert.equal(own.length, 1, 'the incident has one entry');
        assert.match(own[0].id, /^urn:uuid:[0-9a-f-]{36}$/);
        assert.ok(own[0].title);
        ids.add(own[0].id);
        updated.push(own[0].updated);
      }
      assert.equal(ids.size, 1, 'its id stays');
      assert.deepEqual(updated, [...new Set(updated)].sort(), 'each change makes it newer');
    });
  }
}
