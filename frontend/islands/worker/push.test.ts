import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewPushes, showPushes, type Message, type Scope } from './push.ts';

const message: Message = { title: 'Chat', body: 'Since 15:18', lang: 'en', url: '/incidents/one', tag: 'one', stop: 'Stop', id: 'ps_1' };

// worker is one with a window of a page; what it does is in done.
function worker() {
  const done: unknown[] = [];
  const kept = new Set<string>();
  const handlers: Record<string, (event: unknown) => void> = {};
  const scope: Scope = {
    registration: {
      showNotification: async (title, options) => void done.push([title, options]),
      pushManager: { getSubscription: async () => null, subscribe: async (options) => ({ endpoint: `by ${JSON.stringify(options)}` }) },
      sync: { register: async (tag) => void done.push(`sync ${tag}`) },
    },
    caches: { open: async () => ({ keys: async () => [...kept].map((url) => ({ url })), delete: async (url: string) => kept.delete(url) }) as unknown as Cache },
    clients: {
      matchAll: async () => [{ url: 'https://downpour.example/incidents/seen', focus: async () => done.push('focus') }],
      openWindow: async (url) => done.push(`open ${url}`),
    },
    location: { origin: 'https://downpour.example' },
    addEventListener: (type, act) => { handlers[type] = act as (event: unknown) => void; },
  };
  const server = { answers: (_path: string): Response => Response.json({ key: 'BKey' }) };
  const get = (async (path: string, { method = 'GET', body }: RequestInit = {}) => {
    done.push([method, path, body].filter(Boolean).join(' '));
    return server.answers(path);
  }) as unknown as typeof fetch;
  showPushes(scope, get);
  renewPushes(scope, get);
  const raise = async (type: string, event: object) => {
    let waiting: Promise<unknown> = Promise.resolve();
    handlers[type]!({ ...event, waitUntil: (until: Promise<unknown>) => { waiting = until; } });
    await waiting;
  };
  const tap = (action: string, url: string) => raise('notificationclick', { action, notification: { data: { url, id: 'ps_1' }, close: () => done.push('close') } });
  return { done, raise, tap, kept, server };
}

test('a message is shown, and replaces the one of its incident', async () => {
  const { done, raise } = worker();
  await raise('push', { data: { json: () => message } });
  const [title, options] = done[0] as [string, Record<string, unknown>];
  assert.equal(title, 'Chat');
  assert.equal(options.tag, 'one');
  assert.deepEqual(options.actions, [{ action: 'stop', title: 'Stop' }]);
  assert.deepEqual(options.data, { url: '/incidents/one', id: 'ps_1' });
});

test('a message that is the last one has no button', async () => {
  const { done, raise } = worker();
  await raise('push', { data: { json: () => ({ ...message, stop: undefined }) } });
  assert.deepEqual((done[0] as [string, { actions: unknown[] }])[1].actions, []);
});

test('a tap opens the page of the incident, in its window where there is one', async () => {
  const { done, tap } = worker();
  await tap('', '/incidents/one');
  await tap('', '/incidents/seen');
  assert.deepEqual(done, ['close', 'open https://downpour.example/incidents/one', 'close', 'focus']);
});

test('a tap on stop ends the subscription', async () => {
  const { done, tap } = worker();
  await tap('stop', '/incidents/one');
  assert.deepEqual(done, ['close', 'DELETE /api/v1/push/ps_1']);
});

test('no message opens another site', async () => {
  const { done, tap } = worker();
  await tap('', '//elsewhere.example/');
  assert.deepEqual(done, ['close']);
});

test('a changed address is told the server for all that was asked for', async () => {
  const { done, raise, kept } = worker();
  kept.add('/api/v1/push/ps_1').add('/api/v1/push/ps_2');
  await raise('pushsubscriptionchange', { newSubscription: { endpoint: 'new' } });
  const body = JSON.stringify({ subscription: { endpoint: 'new' } });
  assert.deepEqual(done, [`PUT /api/v1/push/ps_1 ${body}`, `PUT /api/v1/push/ps_2 ${body}`]);
});

test('an address that is lost is replaced', async () => {
  const { done, raise, kept } = worker();
  kept.add('/api/v1/push/ps_1');
  await raise('pushsubscriptionchange', {});
  const subscription = { endpoint: 'by {"userVisibleOnly":true,"applicationServerKey":"BKey"}' };
  assert.deepEqual(done, ['GET /api/v1/push', `PUT /api/v1/push/ps_1 ${JSON.stringify({ subscription })}`]);
});

test('nothing is renewed where nothing was asked for', async () => {
  const { done, raise } = worker();
  await raise('pushsubscriptionchange', {});
  assert.deepEqual(done, []);
});

test('what the server has ended is forgotten, and the others are renewed', async () => {
  const { raise, kept, server } = worker();
  kept.add('/api/v1/push/ended').add('/api/v1/push/ps_2');
  server.answers = (path) => new Response(null, { status: path.endsWith('ended') ? 404 : 200 });
  await raise('pushsubscriptionchange', { newSubscription: {} });
  assert.deepEqual([...kept], ['/api/v1/push/ps_2']);
});

test('a server that is away is told later', async () => {
  const { done, raise, kept, server } = worker();
  kept.add('/api/v1/push/ps_1');
  server.answers = () => { throw new TypeError('no connection'); };
  await raise('pushsubscriptionchange', { newSubscription: {} });
  assert.equal(done.at(-1), 'sync push');
  server.answers = () => Response.json({ key: 'BKey' });
  await raise('sync', { tag: 'reports' });
  assert.equal(done.at(-1), 'sync push');
  await raise('sync', { tag: 'push' });
  assert.match(String(done.at(-1)), /^PUT \/api\/v1\/push\/ps_1 /);
});
