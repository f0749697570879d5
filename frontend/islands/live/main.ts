// Updates the status on a page. It sends no requests while the page is hidden or
// the reader saves data.
import { pause, isNews, type Announcement } from './pace.ts';

const sky = document.getElementById('sky');
const aloud = document.getElementById('aloud');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (sky?.dataset.live && aloud && !saving) keep(sky, sky.dataset.live, aloud);

function keep(sky: HTMLElement, address: string, aloud: HTMLElement): void {
  let failures = 0;
  let timer: ReturnType<typeof setTimeout>;
  let said: Announcement = { words: document.getElementById('now')?.dataset.says ?? '', at: Date.now() };

  const ask = async () => {
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
    const { status = '', title = '', icon = '', says = '' } = news.dataset;
    sky.dataset.status = status;
    document.title = title;
    document.querySelector('link[rel=icon]')?.setAttribute('href', icon);
    if (isNews(says, said, Date.now())) {
      said = { words: says, at: Date.now() };
      aloud.textContent = says;
    }
  };
  const next = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(() => void ask(), pause(failures, Math.random()));
  };
  document.addEventListener('visibilitychange', next);
  next();
}
