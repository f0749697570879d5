import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showPushes, type Message, type Scope } from './push.ts';

const message: Message = { title: 'Chat', body: 'Since 15:18', lang: 'en', url: '/incidents/one', tag: 'one', stop: 'Stop', id: 'ps_1' };

// worker is one with a window of a page; what it does is in done.
function worker() {
  const done: unknown[] = [];
  const handlers: Record<string, (event: unknown) => void> = {};
  const scope: Scope = {
    registration: { showNotification: async (title, options) => void done.push([title, options]) },
    clients: {
      matchAll: async () => [{ url: 'https://downpour.example/incidents/seen', focus: async () => done.push('focus') }],
      openWindow: async (url) => done.push(`open ${url}`),
    },
    location: { origin: 'https://downpour.example' },
    addEventListener: (type, act) => { handlers[type] = act as (event: unknown) => void; },
  };
  showPushes(scope, (async (path: string, { method }: RequestInit) => done.push(`${method} ${path}`)) as unknown as typeof fetch);
  const raise = async (type: string, event: object) => {
    let waiting: Promise<unknown> = Promise.resolve();
    handlers[type]!({ ...event, waitUntil: (until: Promise<unknown>) => { waiting = until; } });
    await waiting;
  };
  const tap = (action: string, url: string) => raise('notificationclick', { action, notification: { data: { url, id: 'ps_1' }, close: () => done.push('close') } });
  return { done, raise, tap };
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
