// Keeps a page up to date. The server sends the parts that changed, all from one
// snapshot. There are no requests while the page is hidden or the reader saves data. Charts,
// which the parts bring, come with it.
import '../chart/chart.ts';
import { pause, isNews, type Announcement } from './pace.ts';

const mark = document.getElementById('have');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (mark && !saving) update(mark);

function update(mark: HTMLElement): void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout>;
  let last: Announcement = { words: document.getElementById('now')?.dataset.news ?? '', at: Date.now() };

  const poll = async () => {
    try {
      const query = new URLSearchParams(location.search);
      query.set('have', mark.dataset.have!);
      const answer = await fetch(`${location.pathname}?${query}`);
      if (!answer.ok) throw new Error(String(answer.status));
      if (answer.status === 200 && !selecting()) take(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      failures = 0;
    } catch {
      failures++;
    }
    next();
  };
  // take replaces all parts of an answer or, where it is none, none.
  const take = (answer: Document) => {
    const have = answer.getElementById('have')?.dataset.have;
    if (!have) return;
    for (const part of answer.querySelectorAll('.part')) {
      const old = document.getElementById(part.id);
      if (old) replace(old, part);
    }
    mark.dataset.have = have;
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
    if (!document.hidden) timer = setTimeout(() => void poll(), pause(failures, Math.random()));
  };
  document.addEventListener('visibilitychange', next);
  next();
}

// selecting reports whether the reader has selected text, which a new part would lose.
function selecting(): boolean {
  const selection = getSelection();
  return !!selection && !selection.isCollapsed;
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
