import type { Report } from './report.ts';

// offlinePath is the address of the page for no connection, in the language of a page.
export function offlinePath(path: string, lang: string): string {
  return (path.split('/')[1] === lang ? `/${lang}` : '') + '/offline';
}

// textOf is the text about a report. Pages have it from the page for no connection, which
// the worker keeps, so that none has to carry it.
export function textOf(words: DOMStringMap, { state, at }: Report, lang: string): string {
  const time = new Date(at).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (words[state] ?? '').replace('%t', time);
}

// noticeOf is an element with the text, and a link that leads on.
export function noticeOf(words: DOMStringMap, report: Report, lang: string): HTMLElement {
  const notice = Object.assign(document.createElement('p'), { className: 'notice', textContent: textOf(words, report, lang) });
  notice.setAttribute('role', 'status');
  if (report.address) {
    const link = Object.assign(document.createElement('a'), { href: report.address, textContent: words[report.state === 'sent' ? 'see' : 'again'] });
    notice.append(' ', link);
  }
  return notice;
}
