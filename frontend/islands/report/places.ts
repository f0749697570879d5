// Places that begin like what is typed, offered by the browser's own list.

const settled = 180; // milliseconds after the last key
const fewest = 2; // characters

export function offerPlaces(field: HTMLInputElement, list: HTMLDataListElement, country: () => string): void {
  let timer: ReturnType<typeof setTimeout>;
  let asking: AbortController | undefined;
  field.addEventListener('input', () => {
    clearTimeout(timer);
    asking?.abort();
    const typed = field.value.trim();
    if ([...typed].length < fewest) return;
    timer = setTimeout(() => {
      asking = new AbortController();
      const query = new URLSearchParams({ q: typed, country: country() });
      if (!country()) query.delete('country');
      fetch(`/api/v1/places?${query}`, { signal: asking.signal })
        .then((answer) => (answer.ok ? answer.json() : { items: [] }))
        .then(({ items }: { items: { name: string }[] }) => {
          list.replaceChildren(...items.slice(0, 8).map(({ name }) => Object.assign(document.createElement('option'), { value: name })));
        })
        .catch(() => {}); // the typed text can be sent anyway
    }, settled);
  });
}
