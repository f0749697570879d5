// Readies a page for the time without a connection: a worker that answers then, and that
// sends reports which wait.
import { outboxOfDevice } from './store.ts';
import { noticeOf, offlinePath } from './words.ts';

const lang = document.documentElement.lang;
const offline = offlinePath(location.pathname, lang);
const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined; // none without TLS

// readyForOffline comes after all that the page itself needs.
export function readyForOffline(): void {
  if (!workers) return;
  addEventListener('load', () => void start(workers).catch(() => {})); // it works online
}

async function start(workers: ServiceWorkerContainer): Promise<void> {
  await workers.register('/worker.js');
  const { active } = await workers.ready;
  const wake = () => active?.postMessage(offline);
  workers.addEventListener('message', () => void tell());
  addEventListener('online', wake);
  wake();
}

// wordsForOffline are the texts of the page for no connection, undefined where it is not
// kept.
export async function wordsForOffline(): Promise<DOMStringMap | undefined> {
  const kept = await caches.match(offline, { ignoreVary: true });
  // The whole page would bring its styles, which the policy of this one refuses.
  const [words] = /<i id="words"[^>]*>/.exec((await kept?.text()) ?? '') ?? [];
  return words ? new DOMParser().parseFromString(words, 'text/html').getElementById('words')?.dataset : undefined;
}

// tell says once what became of reports that waited.
async function tell(): Promise<void> {
  const words = await wordsForOffline();
  if (!words || document.hidden) return;
  const outbox = outboxOfDevice();
  for (const report of await outbox.all()) {
    if (report.state === 'waiting') continue;
    document.getElementById('main')?.prepend(noticeOf(words, report, lang));
    await outbox.remove(report.key);
  }
}
