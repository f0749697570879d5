// The page of an incident has no barrier, leads to the map at its time, and its
// files can be had. A server without incidents, such as that of make e2e, has no
// such page; one that was started with --demo has.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { address, base, launch, withPage } from './browser.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [path] = /\/incidents\/[a-z0-9-]+T\d{4}Z/.exec(await (await fetch(`${base}/incidents`)).text()) ?? [];
const skip = !path && 'the server has no incident';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

for (const [lang, width, scheme] of [['en', 360, 'light'], ['en', 1280, 'dark'], ['bn', 360, 'dark'], ['hi', 1280, 'light'], ['cy', 320, 'light']]) {
  test(`an incident in ${lang} at ${width} px, ${scheme}`, { skip }, async () => {
    await withPage(browser, { width, scheme, scripts: true, bypassCSP: true }, async (page) => {
      await page.goto(address(lang, path));
      await page.evaluate(() => { for (const part of document.querySelectorAll('details')) part.open = true; });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ').slice(0, 300)}`), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} px wide`);
    });
  });
}

test('a small map leads to the large one at its quarter hour', { skip }, async () => {
  await withPage(browser, { width: 1280 }, async (page) => {
    await page.goto(base + path);
    const time = await page.locator('.small-multiples a').first().innerText();
    await page.locator('.small-multiples a').first().click();
    await page.waitForURL(/\/map/);
    assert.equal(new URL(page.url()).pathname, '/map');
    assert.ok((await page.locator('.when').first().innerText()).startsWith(time.trim()), time);
  });
});

test('the printed incident has no overlapping boxes, and its address', { skip }, async () => {
  for (const [lang, width] of [['en', 718], ['bn', 718], ['cy', 540]]) { // A4 and A5 within their margins
    await withPage(browser, { width }, async (page) => {
      await page.goto(address(lang, path));
      await page.emulateMedia({ media: 'print' });
      const { overlaps, cut } = await page.evaluate(overprinted);
      assert.deepEqual(overlaps, [], lang);
      assert.deepEqual(cut, [], `${lang}: beyond the paper`);
      assert.ok((await page.locator('.quote').innerText()).includes(path), 'the address is printed');
    });
  }
});

// overprinted runs in the page: it lists pairs of lines of text that overlap by more than
// two pixels each way, and texts beyond the paper.
function overprinted() {
  const lines = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { parentElement: element, data } = texts.currentNode;
    if (!data.trim() || element.closest('svg, .sr-only, details:not([open]) > :not(summary), style, script') || !element.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const inset = (bottom - top) * 0.15; // what letters leave free of their line
      lines.push({ left, right, top: top + inset, bottom: bottom - inset, text: data.trim().slice(0, 40) });
    }
  }
  const overlaps = [];
  lines.forEach((a, i) => lines.slice(i + 1).forEach((b) => {
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2) overlaps.push(`${a.text} / ${b.text}`);
  }));
  return { overlaps, cut: lines.filter(({ left, right }) => left < -1 || right > innerWidth + 1).map(({ text }) => text) };
}

test('the numbers and the picture can be had', { skip }, async () => {
  const table = await fetch(`${base}${path}.csv`);
  assert.match(await table.text(), /^from,minutes,place,reports,works,back,expected,upper(,demonstration)?\n/);
  for (const lang of ['', '/hi', '/bn', '/cy']) {
    const picture = await fetch(`${base}${lang}${path}.png`);
    assert.equal(picture.headers.get('content-type'), 'image/png');
    const bytes = new DataView(await picture.arrayBuffer());
    assert.deepEqual([bytes.getUint32(16), bytes.getUint32(20)], [1200, 630]);
  }
});
