import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, end, held, type Device } from './switch.ts';

const wish = { service: 'chat', country: 'IN', until_back: true, lang: 'bn' };

// device is a browser whose server answers with a status; what it was sent is in sent.
function device(status = 200, allowed = true) {
  const sent: string[] = [];
  const items = new Map<string, string>();
  const answer = { key: 'BKey', id: 'ps_1', expires_at: '2026-11-28T00:00:00Z' };
  const of: Device = {
    allowed: async () => allowed,
    subscribe: async (key) => ({ endpoint: `https://push.example/${key}` }),
    store: { getItem: (name) => items.get(name) ?? null, setItem: (name, value) => void items.set(name, value), removeItem: (name) => void items.delete(name) },
    fetch: (async (path: string, { method = 'GET', body = '' }: RequestInit = {}) => {
      sent.push(`${method} ${path} ${body}`.trim());
      return new Response(method === 'DELETE' ? null : JSON.stringify(answer), { status: method === 'DELETE' && status === 200 ? 204 : status });
    }) as unknown as typeof fetch,
  };
  return { of, sent, items };
}

test('messages begin and end', async () => {
  const { of, sent, items } = device();
  assert.equal(await begin(wish, of), true);
  assert.deepEqual(sent, ['GET /api/v1/push', 'POST /api/v1/push {"subscription":{"endpoint":"https://push.example/BKey"},"service":"chat","country":"IN","until_back":true,"lang":"bn"}']);
  assert.equal(held(wish, of.store, Date.parse('2026-11-27T00:00:00Z')), 'ps_1');
  assert.equal(held({ ...wish, until_back: false }, of.store, 0), null);
  assert.equal(held(wish, of.store, Date.parse('2026-11-29T00:00:00Z')), null, 'it is over');
  assert.equal(await end(wish, 'ps_1', of), true);
  assert.equal(sent[2], 'DELETE /api/v1/push/ps_1');
  assert.equal(items.size, 0);
});

test('a region is asked for beside its country, and remembered apart from it', async () => {
  const { of, sent } = device();
  const region = { service: '', country: 'IN', region: 'IN-WB', until_back: false, lang: 'bn' };
  assert.equal(await begin(region, of), true);
  assert.match(sent[1]!, /"service":"","country":"IN","region":"IN-WB"/);
  assert.equal(held({ ...region, region: undefined }, of.store, 0), null);
});

test('nothing is sent where the reader does not allow it', async () => {
  const { of, sent } = device(200, false);
  assert.equal(await begin(wish, of), false);
  assert.deepEqual(sent, []);
});

test('a server that refuses leaves everything as it was', async () => {
  const { of, items } = device(429);
  assert.equal(await begin(wish, of), false);
  assert.equal(items.size, 0);
  items.set('push chat IN once', 'ps_1 2099-01-01T00:00:00Z');
  assert.equal(await end(wish, 'ps_1', of), false);
  assert.equal(items.size, 1);
});
