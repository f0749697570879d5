// Starts the browser the tests run in. CHROMIUM names another executable;
// DOWNPOUR_URL is the server under test.
import { chromium } from 'playwright-core';

export const base = (process.env.DOWNPOUR_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

// withPage runs a test in a fresh window, with scripts and service workers off unless
// asked for, and fails when the page breaks its own content security policy. A worker
// that is being installed can keep a window from closing.
export async function withPage(browser, { width, scripts = false, scheme = 'light', ...more }, act) {
  const context = await browser.newContext({
    viewport: { width, height: 800 }, javaScriptEnabled: scripts, colorScheme: scheme, serviceWorkers: 'block', ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const refused = [];
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text());
  });
  try {
    await act(page);
    await page.waitForLoadState(); // Chromium may never close a page that is on its way to another
    if (refused.length > 0) throw new Error(`the page breaks its policy: ${refused.join('; ')}`);
  } finally {
    await context.close();
  }
}

// address is a path in a language: the default one is not written.
export function address(lang, path) {
  return base + (lang === 'en' ? path : `/${lang}${path === '/' ? '' : path}`);
}

// paths is one address for each kind of page.
export const paths = [
  '/', '/in', '/whatsapp', '/in/whatsapp', '/gb/whatsapp?show=reports', '/whatsapp/report', '/in/whatsapp/thanks', '/incidents', '/in/incidents?state=resolved',
  '/map', '/map?service=whatsapp&country=IN&each=15m',
  '/map?level=district&country=IN', '/register', '/in/register',
  '/gb/leeds', '/in/west-bengal', '/2026', '/2026/11', '/in/2026/11/20', '/follow', '/in/whatsapp/follow', '/vendors',
  '/incidents?service=whatsapp&state=open', '/about', '/credits', '/?q=xyzzy', '/in?q=vi', '/no-such-page', '/embed/whatsapp',
];
