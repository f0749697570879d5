// What the site does without a page: it answers without a connection, keeps a report that
// could not be sent and sends it later, and shows the messages that it pushes. It stores no
// page with numbers, so that none can look new that is not.
import { deliver } from '../outbox/deliver.ts';
import { random } from '../outbox/random.ts';
import { waiting } from '../outbox/report.ts';
import { outboxOfDevice } from '../outbox/store.ts';
import { linked, offlineOf, refreshAfter } from './pages.ts';
import { renewPushes, showPushes, type Scope } from './push.ts';

// What the types of pages lack.
interface Extended extends Event { waitUntil(done: Promise<unknown>): void }
interface Fetched extends Extended { request: Request; preloadResponse: Promise<Response | undefined>; respondWith(answer: Promise<Response>): void }
interface Told extends Extended { data: string; source: { postMessage(text: string): void } }
declare const registration: ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
declare const clients: { claim(): Promise<void> };
declare function skipWaiting(): Promise<void>;
const on = <T extends Extended>(type: string, act: (event: T) => void) => addEventListener(type, act as EventListener);

const scope = globalThis as unknown as Scope;
showPushes(scope, fetch.bind(globalThis));
renewPushes(scope, fetch.bind(globalThis));

const pages = () => caches.open('offline');

on('install', (event) => event.waitUntil(skipWaiting()));
on('activate', (event) => event.waitUntil(Promise.all([clients.claim(), registration.navigationPreload?.enable()])));
on<Fetched>('fetch', (event) => {
  const { mode, destination } = event.request;
  if (mode === 'navigate') event.respondWith(navigate(event));
  else if (destination === 'script') event.respondWith(script(event.request));
});
on<Extended & { tag: string }>('sync', (event) => event.tag === 'push' || event.waitUntil(send().then((all) => { if (!all) throw new Error('some reports wait on'); })));
on<Told>('message', (event) => event.waitUntil(Promise.allSettled([keep(event.data), send()]).then(() => event.source.postMessage('done'))));

// navigate gets a page, or the one for no connection.
async function navigate({ request, preloadResponse }: Fetched): Promise<Response> {
  const { pathname } = new URL(request.url);
  const form = request.method === 'POST' && pathname === '/report' ? request.clone().text() : null;
  try {
    return (await preloadResponse) ?? (await fetch(request));
  } catch (cause) {
    if (form) {
      const sent = new URLSearchParams(await form);
      await outboxOfDevice().put(waiting(sent, Date.now(), random));
      await registration.sync?.register('reports').catch(() => {}); // the next page sends it
      return Response.redirect(offlineOf(`/${sent.get('lang')}`, await kept()) ?? '/offline', 303);
    }
    const path = offlineOf(pathname, await kept());
    const page = path && (await (await pages()).match(path, { ignoreVary: true }));
    if (!page) throw cause;
    return page;
  }
}

// kept are the addresses of what is kept.
async function kept(): Promise<string[]> {
  return (await (await pages()).keys()).map(({ url }) => new URL(url).pathname);
}

// script gets a script. One that is kept never changes: its address holds its hash.
async function script(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

// keep keeps the page for no connection at a path, and its scripts.
async function keep(path: string): Promise<void> {
  const held = await (await pages()).match(path, { ignoreVary: true });
  if (held && Date.now() - Date.parse(held.headers.get('date') ?? '') < refreshAfter) return;
  const answer = await fetch(path);
  if (!answer.ok) return;
  const scripts = linked(await answer.clone().text());
  // Scripts of an earlier version go, with the pages that need them.
  if ((await kept()).some((path) => path.endsWith('.js') && !scripts.includes(path))) await caches.delete('offline');
  const cache = await pages();
  await Promise.all([cache.put(path, answer), cache.addAll(scripts)]);
}

function send(): Promise<boolean> {
  const post = (body: string) => fetch('/report', { method: 'POST', body: new URLSearchParams(body) });
  return deliver(outboxOfDevice(), post, Date.now());
}
