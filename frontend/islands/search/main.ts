// Suggests services while somebody types. The field works without it: the form opens a
// page with what was found.
import { readyForOffline } from '../outbox/page.ts';

interface Suggestion { name: string; path: string }

const settled = 150; // milliseconds after the last key
const fewest = 2; // characters

const field = document.getElementById('q') as HTMLInputElement | null;
const list = document.getElementById('found');
if (field && list) suggest(field, list);
readyForOffline();

function suggest(field: HTMLInputElement, list: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout>;
  let asking: AbortController | undefined;
  let offered: Suggestion[] = [];
  field.addEventListener('input', (event) => {
    clearTimeout(timer);
    asking?.abort();
    // A choice from the list comes without a key: with another type of input, or none.
    const typed = event instanceof InputEvent && event.inputType !== 'insertReplacementText';
    const chosen = typed ? undefined : offered.find(({ name }) => name === field.value);
    if (chosen) {
      location.assign(chosen.path);
      return;
    }
    const query = field.value.trim();
    if ([...query].length < fewest) return;
    timer = setTimeout(() => {
      asking = new AbortController();
      const asked = new URLSearchParams({ q: query, lang: document.documentElement.lang, country: field.dataset.country ?? '' });
      fetch(`/suggest?${asked}`, { signal: asking.signal })
        .then((answer) => (answer.ok ? answer.json() : []))
        .then((found: Suggestion[]) => {
          offered = found;
          list.replaceChildren(...found.map(({ name }) => Object.assign(document.createElement('option'), { value: name })));
        })
        .catch(() => {}); // the form can be sent anyway
    }, settled);
  });
}
