// Shows the messages that the site pushes to this device, and ends them with one tap.

// Message is what the server sends. Only this browser can read it.
export interface Message { title: string; body: string; lang: string; url: string; tag: string; stop?: string; id: string }

// Shown is what a notification carries for the tap on it.
interface Shown { url: string; id: string }

interface Extended extends Event { waitUntil(done: Promise<unknown>): void }
interface Pushed extends Extended { data: { json(): Message } | null }
interface Tapped extends Extended { action: string; notification: { data: Shown; close(): void } }
interface Window { url: string; focus(): Promise<unknown> }

// Scope is what a worker has that the types of pages lack.
export interface Scope {
  registration: { showNotification(title: string, options: object): Promise<void> };
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
