// Takes a picture of pages at DOWNPOUR_URL, for the README and for looking at.
//
//   DOWNPOUR_URL=http://127.0.0.1:8080 node pictures.js DIRECTORY [PATH…]
import { mkdir } from 'node:fs/promises';
import { launch } from './browser.js';

const [directory, ...paths] = process.argv.slice(2);
const base = process.env.DOWNPOUR_URL;
if (!directory || !base) {
  console.error('usage: DOWNPOUR_URL=… node pictures.js DIRECTORY [PATH…]');
  process.exit(2);
}
const windows = [
  { name: 'phone', width: 360, height: 780, deviceScaleFactor: 2 },
  { name: 'desktop', width: 1280, height: 900, deviceScaleFactor: 1 },
];
await mkdir(directory, { recursive: true });
const browser = await launch();
for (const path of paths.length > 0 ? paths : ['/', '/in/whatsapp', '/bn/in/whatsapp']) {
  for (const { name, width, height, deviceScaleFactor } of windows) {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor, colorScheme });
      const page = await context.newPage();
      await page.goto(base + path);
      const file = `${path.replaceAll('/', '-').replace(/^-|-$/g, '') || 'home'}-${name}-${colorScheme}.png`;
      await page.screenshot({ path: `${directory}/${file}`, fullPage: process.env.FULL === '1' });
      console.log(file);
      await context.close();
    }
  }
}
await browser.close();
