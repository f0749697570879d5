// Shows the messages that the site pushes to this device, ends them with one tap, and keeps
// the server informed of the device's address.
import { ids } from '../push/ids.ts';

// Message is what the server sends. Only this browser can read it.
export interface Message { title: string; body: string; lang: string; url: string; tag: string; stop?: string; id: string }

// Shown is what a notification carries for the tap on it.
interface Shown { url: string; id: string }

interface Extended extends Event { waitUntil(done: Promise<unknown>): void }
interface Pushed extends Extended { data: { json(): Message } | null }
interface Tapped extends Extended { action: string; notification: { data: Shown; close(): void } }
interface Changed extends Extended { newSubscription?: unknown }
interface Synced extends Extended { tag: string }
interface Window { url: string; focus(): Promise<unknown> }

// Scope is what a worker has that the types of pages lack.
export interface Scope {
  registration: {
    showNotification(title: string, options: object): Promise<void>;
    pushManager: { subscribe(options: object): Promise<unknown>; getSubscription(): Promise<unknown> };
    sync?: { register(tag: string): Promise<void> };
  };
  caches: Pick<CacheStorage, 'open'>;
  clients: { matchAll(of: object): Promise<Window[]>; openWindow(url: string): Promise<unknown> };
  location: { origin: string };
  addEventListener(type: string, act: (event: never) => void): void;
}

// showPushes answers the events of messages. A message about an incident replaces the one
// before.
export function showPushes(scope: Scope, get: typeof fetch): void {
  scope.addEventListener('push', (event: Pushed) => {
    if (event.data) event.waitUntil(show(scope, event.data.json()));
  });
  scope.addEventListener('notificationclick', (event: Tapped) => {
    const { data, close } = event.notification;
    close.call(event.notification);
    event.waitUntil(event.action === 'stop' ? get(`/api/v1/push/${data.id}`, { method: 'DELETE' }) : open(scope, data.url));
  });
}

// renewPushes tells the server when the push service has given this browser another address:
// the messages that were asked for go there. Where the server cannot be told, it is told when
// there is a connection again.
export function renewPushes(scope: Scope, get: typeof fetch): void {
  scope.addEventListener('pushsubscriptionchange', (event: Changed) => {
    event.waitUntil(renew(scope, get, event.newSubscription).catch((cause) => {
      if (!scope.registration.sync) throw cause;
      return scope.registration.sync.register('push');
    }));
  });
  scope.addEventListener('sync', (event: Synced) => {
    if (event.tag === 'push') event.waitUntil(renew(scope, get));
  });
}

// renew sends the address of this browser for each subscription. One that the server does not
// have any more is forgotten.
async function renew(scope: Scope, get: typeof fetch, given?: unknown): Promise<void> {
  const held = await scope.caches.open(ids);
  const all = await held.keys();
  if (!all.length) return;
  const { pushManager } = scope.registration;
  const subscription = given ?? (await pushManager.getSubscription()) ?? (await subscribe(pushManager, get));
  for (const { url } of all) {
    const answer = await get(url, { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ subscription }) });
    if (answer.status === 404) await held.delete(url);
    else if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  }
}

async function subscribe(to: Scope['registration']['pushManager'], get: typeof fetch): Promise<unknown> {
  const { key } = await (await get('/api/v1/push')).json() as { key: string };
  return to.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function show(scope: Scope, of: Message): Promise<void> {
  return scope.registration.showNotification(of.title, {
    body: of.body, lang: of.lang, tag: of.tag, renotify: true, icon: '/icon-192.png', data: { url: of.url, id: of.id },
    actions: of.stop ? [{ action: 'stop', title: of.stop }] : [],
  });
}

// open shows a page of the site, in the window that has it already where there is one.
async function open(scope: Scope, path: string): Promise<unknown> {
  const url = new URL(path, scope.location.origin);
  if (url.origin !== scope.location.origin) return;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.find((one) => one.url === url.href)?.focus() ?? scope.clients.openWindow(url.href);
}
