// Updates the status on a page. It sends no requests while the page is hidden or
// the reader saves data.
import { pause, isNews, type Announcement } from './pace.ts';

const hero = document.getElementById('hero');
const announcer = document.getElementById('news');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (hero?.dataset.live && announcer && !saving) update(hero, hero.dataset.live, announcer);

function update(hero: HTMLElement, address: string, announcer: HTMLElement): void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout>;
  let last: Announcement = { words: document.getElementById('now')?.dataset.news ?? '', at: Date.now() };

  const poll = async () => {
    try {
      const answer = await fetch(address, { cache: 'no-cache' });
      if (!answer.ok) throw new Error(String(answer.status));
      const news = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('now');
      if (news) show(news);
      failures = 0;
    } catch {
      failures++;
    }
    next();
  };
  const show = (news: HTMLElement) => {
    const now = document.getElementById('now');
    // Replacing the element would take the focus away.
    if (!now || now.contains(document.activeElement) || now.outerHTML === news.outerHTML) return;
    now.replaceWith(news);
    const { status = '', title = '', icon = '', news: announcement = '' } = news.dataset;
    hero.dataset.status = status;
    document.title = title;
    document.querySelector('link[rel=icon]')?.setAttribute('href', icon);
    if (isNews(announcement, last, Date.now())) {
      last = { words: announcement, at: Date.now() };
      announcer.textContent = announcement;
    }
  };
  const next = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void poll(), pause(failures, Math.random()));
  };
  document.addEventListener('visibilitychange', next);
  next();
}
