// Takes pictures of the pages at DOWNPOUR_URL.
//
//   DOWNPOUR_URL=http://127.0.0.1:8080 node pictures.js DIRECTORY [PATH…]
//
// Without paths it takes those of the README, of a demonstration; else each path on a
// phone and a desktop, light and dark; FULL=1 takes the whole length of pages.
import { mkdir } from 'node:fs/promises';
import { launch } from './browser.js';

const [directory, ...paths] = process.argv.slice(2);
const base = process.env.DOWNPOUR_URL;
if (!directory || !base) {
  console.error('usage: DOWNPOUR_URL=… node pictures.js DIRECTORY [PATH…]');
  process.exit(2);
}

const phone = { viewport: { width: 390, height: 1280 }, deviceScaleFactor: 1 };
const desktop = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 };

// ofReadme is what the README shows of a demonstration: each page on a desktop
// and on a phone, in all languages and both schemes between them.
async function ofReadme() {
  const { items } = await (await fetch(`${base}/api/v1/incidents?service=whatsapp&country=GB`)).json();
  const incident = `/incidents/${items[0].id}`;
  const month = `/${items[0].opened_at.slice(0, 7).replace('-', '/')}`;
  const pages = [
    ['home', '/', '/bn/in'], ['service', '/gb/whatsapp', '/bn/in/whatsapp'],
    ['map', '/map?service=whatsapp', '/hi/map?service=whatsapp&country=IN'], ['incident', incident, `/cy${incident}`],
    ['form', '/in/whatsapp/report', '/hi/in/whatsapp/report'], ['incidents', '/incidents', '/bn/incidents'], ['about', '/about', '/cy/about'],
    ['place', '/gb/london', '/bn/in/west-bengal'], ['thanks', '/gb/whatsapp/thanks?id=1&undo=1', '/bn/in/whatsapp/thanks?id=1&undo=1'],
    ['calendar', month, `/hi/in${month}`], ['follow', '/gb/whatsapp/follow', '/cy/gb/whatsapp/follow'],
  ];
  return pages.flatMap(([name, wide, narrow], i) => [
    { name, path: wide, window: { ...desktop, colorScheme: i % 2 ? 'dark' : 'light' } },
    { name: `${name}-phone`, path: narrow, window: { ...phone, colorScheme: i % 2 ? 'light' : 'dark' } },
  ]);
}

// everyWindow is a path on each screen, in each scheme.
function everyWindow(path) {
  const name = path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'home';
  return Object.entries({ phone, desktop }).flatMap(([screen, window]) => ['light', 'dark'].map((colorScheme) => (
    { name: `${name}-${screen}-${colorScheme}`, path, window: { ...window, colorScheme } })));
}

await mkdir(directory, { recursive: true });
const browser = await launch();
for (const { name, path, window } of paths.length > 0 ? paths.flatMap(everyWindow) : await ofReadme()) {
  const context = await browser.newContext(window);
  const page = await context.newPage();
  await page.goto(base + path);
  await page.screenshot({ path: `${directory}/${name}.png`, fullPage: process.env.FULL === '1' });
  console.log(`${name}.png`);
  await context.close();
}
await browser.close();
