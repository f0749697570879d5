// Improves the report form: it retries over a bad connection, suggests places and
// offers the location of the device. The form works without it.
import { readyForOffline, wordsForOffline } from '../outbox/page.ts';
import { random } from '../outbox/random.ts';
import { waiting, type Report } from '../outbox/report.ts';
import { outboxOfDevice } from '../outbox/store.ts';
import { textOf } from '../outbox/words.ts';
import { offerPlaces } from './places.ts';
import { after, type Outcome } from './retry.ts';
import { coarse, countryOf, tokenOf } from './sender.ts';

const form = document.getElementById('report') as HTMLFormElement | null;
if (form) enhance(form);
readyForOffline();

function enhance(form: HTMLFormElement): void {
  const status = document.getElementById('status') as HTMLElement;
  const place = document.getElementById('place') as HTMLInputElement;
  const hidden = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  hidden('token').value = tokenOf(localStorageOrNone(), new Date(), random);
  guessCountry(form);
  offerPlaces(place, document.getElementById('towns') as HTMLDataListElement, () => countryIn(form));
  place.addEventListener('input', () => { hidden('lat').value = hidden('lng').value = ''; });
  offerLocation((lat, lng) => {
    [hidden('lat').value, hidden('lng').value, place.value] = [lat, lng, ''];
    status.textContent = (lat ? form.dataset.found : form.dataset.lost) ?? '';
  });

  let sending = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    const body = new URLSearchParams(new FormData(form, event.submitter) as unknown as Record<string, string>);
    if (!hidden('key').value) hidden('key').value = random();
    body.set('key', hidden('key').value);
    status.textContent = form.dataset.sending ?? '';
    void send(body, status, form.dataset.waiting ?? '').then((address) => {
      if (address) location.assign(address);
      if (address === '') handOver(form, event.submitter as HTMLButtonElement | null);
    });
  });
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return; // a reader who comes back may report something else
    sending = false;
    hidden('key').value = status.textContent = '';
  });
}

// send retries until the report is accepted, and returns the address of the
// confirmation, "" if the browser has to send the form itself, or undefined if it is
// left to the worker.
async function send(body: URLSearchParams, status: HTMLElement, waits: string): Promise<string | undefined> {
  const report = waiting(body, Date.now(), random);
  let words: DOMStringMap | undefined; // of a report that the worker keeps
  for (let tries = 1; ; tries++) {
    let outcome: Outcome = 'no answer';
    let address = '';
    try {
      const answer = await fetch('/report', { method: 'POST', body });
      outcome = { status: answer.status, retryAfter: answer.headers.get('Retry-After') };
      address = answer.url;
    } catch {
      // no connection: the outcome does not change
    }
    const step = after(tries, outcome, Math.random());
    const left = step === 'give over' && outcome === 'no answer' && words;
    if (typeof step === 'string' && words && !left) await outboxOfDevice().remove(report.key).catch(() => {});
    if (step === 'go') return address;
    if (left) return undefined;
    if (step === 'give over') return '';
    if (tries === 1) words = await keep(report).catch(() => undefined);
    status.textContent = words ? textOf(words, report, document.documentElement.lang) : waits;
    await pause(step.wait);
  }
}

// keep leaves a report to the worker as well, in case the page is closed before it is sent.
// It returns the texts for that, undefined where there is no worker.
async function keep(report: Report): Promise<DOMStringMap | undefined> {
  const worker = (await navigator.serviceWorker?.getRegistration()) as Background | undefined;
  const words = worker?.active && (await wordsForOffline());
  if (!words) return undefined;
  await outboxOfDevice().put(report);
  await worker?.sync?.register('reports').catch(() => {}); // the next page sends it
  return words;
}

// Background is a registration of a browser that wakes its worker when there is a connection.
type Background = ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };

// pause waits, at most until the connection is back.
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    addEventListener('online', () => { clearTimeout(timer); resolve(); }, { once: true });
  });
}

// handOver lets the browser send the form, with the same key.
function handOver(form: HTMLFormElement, button: HTMLButtonElement | null): void {
  const kind = document.createElement('input');
  [kind.type, kind.name, kind.value] = ['hidden', 'kind', button?.value ?? 'problem'];
  form.append(kind);
  form.submit();
}

function guessCountry(form: HTMLFormElement): void {
  const choices = [...form.querySelectorAll<HTMLInputElement>('[name=country][type=radio]')];
  const chosen = () => choices.some((choice) => choice.checked);
  if (choices.length === 0 || chosen()) return;
  // The first use of Intl takes a slow phone a tenth of a second, in which it paints nothing.
  setTimeout(() => {
    const country = countryOf(document.getElementById('country')?.dataset.zones ?? '', Intl.DateTimeFormat().resolvedOptions().timeZone);
    if (!chosen()) for (const choice of choices) choice.checked = choice.value === country;
  });
}

function countryIn(form: HTMLFormElement): string {
  return form.dataset.country || form.querySelector<HTMLInputElement>('[name=country]:checked')?.value || '';
}

// offerLocation shows the button for the location. Its callback gets "" if there is
// none.
function offerLocation(use: (lat: string, lng: string) => void): void {
  const here = document.getElementById('here');
  if (!here) return;
  if (!navigator.geolocation || !isSecureContext) {
    here.remove();
    return;
  }
  here.hidden = false;
  here.querySelector('button')?.addEventListener('click', () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => use(coarse(coords.latitude), coarse(coords.longitude)),
      () => use('', ''),
      { timeout: 10_000, maximumAge: 300_000 },
    );
  });
}

function localStorageOrNone(): Storage {
  try {
    return localStorage;
  } catch {
    return { getItem: () => { throw new Error('nothing is stored here'); } } as unknown as Storage;
  }
}
