// Keeps a page up to date. The server sends what changed of its parts, all from one
// snapshot. There are no requests while the page is hidden or the reader saves data. Charts,
// which the parts bring, come with it.
import '../chart/chart.ts';
import { pause, isNews, type Announcement } from './pace.ts';
import { have, loaded, taken, type Answer, type Part } from './parts.ts';

const mark = document.getElementById('have');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (mark && !saving) update(mark);

function update(mark: HTMLElement): void {
  let idle = 0; // requests in a row that brought nothing new
  let timer: ReturnType<typeof setTimeout>;
  let last: Announcement = { words: document.getElementById('now')?.dataset.news ?? '', at: Date.now() };
  let parts: Part[] | undefined;

  const poll = async () => {
    parts ??= loaded(mark.dataset.have!, await source());
    try {
      const query = new URLSearchParams(location.search);
      query.set('have', have(parts));
      const answer = await fetch(`${location.pathname}?${query}`);
      if (answer.status !== 200) throw new Error(String(answer.status));
      if (!selecting()) take(await answer.json() as Answer);
      idle = 0;
    } catch {
      idle++;
    }
    next();
  };
  // take takes in all changes of an answer or, where it is of another page, none.
  const take = (answer: Answer) => {
    const shown = document.querySelectorAll('.part');
    if (answer.parts.length !== shown.length) return;
    parts = taken(parts!, answer);
    answer.parts.forEach((edits, i) => { if (edits) replace(shown[i]!, elementOf(parts![i]!.html!)); });
    const now = document.getElementById('now');
    if (now) show(now.dataset);
  };
  const show = ({ status = '', title = '', icon = '', news = '' }: DOMStringMap) => {
    document.getElementById('hero')!.dataset.status = status;
    document.title = title;
    document.querySelector('link[rel=icon]')?.setAttribute('href', icon);
    const announcer = document.getElementById('news');
    if (announcer && isNews(news, last, Date.now())) {
      last = { words: news, at: Date.now() };
      announcer.textContent = news;
    }
  };
  const next = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void poll(), pause(idle, Math.random()));
  };
  document.addEventListener('visibilitychange', next);
  next();
}

// selecting reports whether the reader has selected text, which a new part would lose.
function selecting(): boolean {
  const selection = getSelection();
  return !!selection && !selection.isCollapsed;
}

// source is that of the page, if the browser has it still; it is never loaded again.
async function source(): Promise<string | undefined> {
  try {
    const { pathname, search } = location;
    return await (await fetch(pathname + search, { cache: 'only-if-cached', mode: 'same-origin' })).text();
  } catch {
    return undefined;
  }
}

function elementOf(html: string): Element {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content.firstElementChild!;
}

// replace puts a new part in the place of an old one. What is open stays open, and the
// focus stays where it is.
function replace(old: Element, part: Element): void {
  const open = [...old.querySelectorAll('details')].map((details) => details.open);
  const all = 'a, summary, textarea, [tabindex]';
  const focus = [...old.querySelectorAll(all)].indexOf(document.activeElement!);
  part.querySelectorAll('details').forEach((details, i) => { details.open = open[i] ?? false; });
  old.replaceWith(part);
  if (focus >= 0) part.querySelectorAll<HTMLElement>(all)[focus]?.focus({ preventScroll: true });
}
