// The page for no connection lists what waits, and goes back to the page that was asked
// for once there is a connection. Its form is kept by the worker.
import { random } from '../outbox/random.ts';
import { outboxOfDevice } from '../outbox/store.ts';
import { noticeOf } from '../outbox/words.ts';
import { tokenOf } from '../report/sender.ts';

// The page that was asked for, or home; without a fragment, so that it is loaded anew.
const asked = (location.pathname.replace(/\/offline$/, '') || '/') + location.search;
addEventListener('online', () => location.replace(asked));
document.getElementById('again')?.setAttribute('href', asked);

const form = document.querySelector<HTMLFormElement>('form.offline');
if (form) fill(form);
void list();

function fill(form: HTMLFormElement): void {
  const field = (name: string) => form.elements.namedItem(name) as HTMLInputElement;
  field('key').value = random();
  try {
    field('token').value = tokenOf(localStorage, new Date(), random);
  } catch { /* nothing is stored here */ }
  const parts = location.pathname.split('/');
  for (const option of form.querySelectorAll('option')) {
    if (option.value && parts.includes(option.value)) field('service').value = option.value;
  }
  for (const choice of form.querySelectorAll<HTMLInputElement>('[name=country][type=radio]')) {
    choice.checked ||= parts.includes(choice.value.toLowerCase());
  }
}

async function list(): Promise<void> {
  const words = document.getElementById('words')!;
  for (const report of await outboxOfDevice().all()) words.before(noticeOf(words.dataset, report, document.documentElement.lang));
}
