// Takes pictures of the pages at DOWNPOUR_URL.
//
//   DOWNPOUR_URL=http://127.0.0.1:8080 node pictures.js DIRECTORY [PATH…]
//
// Without paths it takes the few that the README shows, else each path on a
// phone and a desktop, light and dark; FULL=1 takes the whole length of pages.
import { mkdir } from 'node:fs/promises';
import { launch } from './browser.js';

const [directory, ...paths] = process.argv.slice(2);
const base = process.env.DOWNPOUR_URL;
if (!directory || !base) {
  console.error('usage: DOWNPOUR_URL=… node pictures.js DIRECTORY [PATH…]');
  process.exit(2);
}

const phone = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 };
const desktop = { viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 };
const small = { viewport: { width: 1120, height: 680 }, deviceScaleFactor: 1 };

const ofReadme = [
  { name: 'home', path: '/', window: { ...small, colorScheme: 'dark' } },
  { name: 'service', path: '/in/whatsapp', window: { ...small, colorScheme: 'light' } },
  {
    name: 'service-bengali', path: '/bn/in/whatsapp',
    window: { viewport: { width: 360, height: 720 }, deviceScaleFactor: 1, colorScheme: 'light' },
  },
  { name: 'map', path: '/in/whatsapp', part: '.map', window: { ...small, colorScheme: 'dark' } },
];

// everyWindow is a path on each screen, in each scheme.
function everyWindow(path) {
  const name = path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'home';
  return Object.entries({ phone, desktop }).flatMap(([screen, window]) => ['light', 'dark'].map((colorScheme) => (
    { name: `${name}-${screen}-${colorScheme}`, path, window: { ...window, colorScheme } })));
}

await mkdir(directory, { recursive: true });
const browser = await launch();
for (const { name, path, part, window } of paths.length > 0 ? paths.flatMap(everyWindow) : ofReadme) {
  const context = await browser.newContext(window);
  const page = await context.newPage();
  await page.goto(base + path);
  const shown = part ? page.locator(part).first() : page;
  await shown.screenshot({ path: `${directory}/${name}.png`, fullPage: part ? undefined : process.env.FULL === '1' });
  console.log(`${name}.png`);
  await context.close();
}
await browser.close();
