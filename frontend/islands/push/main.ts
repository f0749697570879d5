// Makes switches of the links to messages on this device. Without this script, or where the
// browser has no push messages, they stay links or stay hidden.
import { drop, keep } from './ids.ts';
import { addressOf, begin, end, held, type Device, type Wish } from './switch.ts';

const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined; // none without TLS
if (workers && 'PushManager' in globalThis && 'Notification' in globalThis) {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-push]')) offer(link, workers);
}

function offer(link: HTMLAnchorElement, workers: ServiceWorkerContainer): void {
  const [service = '', country = '', more] = link.dataset.push!.split(' ');
  const once = more === 'once';
  const wish: Wish = { service, country, ...(more && !once && { region: more }), until_back: once, lang: document.documentElement.lang };
  const off = link.textContent;
  let id: string | null;
  const device: Device = {
    allowed: async () => (await Notification.requestPermission()) === 'granted',
    subscribe: (key) => subscribe(key, workers), store: localStorage, fetch: fetch.bind(globalThis),
  };
  const show = () => {
    id = Notification.permission === 'granted' ? held(wish, localStorage, Date.now()) : null;
    link.setAttribute('aria-pressed', String(!!id));
    link.textContent = id ? link.dataset.on! : off;
    if (id) void keep(addressOf(id), globalThis.caches).catch(() => {});
  };
  link.setAttribute('role', 'button');
  for (let hidden = link.closest<HTMLElement>('[hidden]'); hidden; hidden = link.closest<HTMLElement>('[hidden]')) hidden.hidden = false;
  show();
  let busy = false;
  link.addEventListener('click', (event) => {
    event.preventDefault();
    if (busy) return;
    busy = true;
    if (id) void drop(addressOf(id), globalThis.caches).catch(() => {});
    void (id ? end(wish, id, device) : begin(wish, device)).catch(() => false).then((done) => {
      busy = false;
      if (done) show();
      else link.textContent = link.dataset.not!;
    });
  });
  link.addEventListener('keydown', (event) => {
    if (event.key === ' ') {
      event.preventDefault();
      link.click();
    }
  });
}

// subscribe is the address of this browser. One for another key of the site is replaced.
async function subscribe(key: string, workers: ServiceWorkerContainer): Promise<PushSubscription> {
  await workers.register('/worker.js');
  const { pushManager } = await workers.ready;
  const options = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(options);
  } catch (cause) {
    const before = await pushManager.getSubscription();
    if (!before) throw cause;
    await before.unsubscribe();
    return pushManager.subscribe(options);
  }
}
