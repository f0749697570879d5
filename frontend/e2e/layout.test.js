// Pages fit small screens, can be used by keyboard and draw what they say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const paths = ['/', '/in', '/whatsapp', '/in/whatsapp', '/whatsapp/report', '/incidents', '/about', '/credits', '/no-such-page'];

for (const lang of ['en', 'hi', 'bn', 'cy']) {
  test(`no sideways scrolling at 320 px in ${lang}`, async () => {
    await withPage(browser, { width: 320, scripts: true }, async (page) => {
      for (const path of paths) {
        const address = lang === 'en' ? path : `/${lang}${path === '/' ? '' : path}`;
        await page.goto(base + address);
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= window, `${address} is ${content} px wide`);
      }
    });
  });
}

test('targets of the form are at least 44 px high', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${base}/whatsapp`);
    const small = await page.evaluate(() => [...document.querySelectorAll('.report button, .report label:has([type=radio]), .report input:not([type]), .report summary, .switch a')]
      .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 80)));
    assert.deepEqual(small, []);
  });
});

test('the first tab stop skips to the content', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${base}/in/whatsapp`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });
});

for (const scheme of ['light', 'dark']) {
  test(`text stands out and the map has land in ${scheme}`, async () => {
    await withPage(browser, { width: 1280, scripts: true, scheme }, async (page) => {
      await page.goto(`${base}/in/whatsapp`);
      const { faint, land, paper } = await page.evaluate(measure);
      assert.deepEqual(faint, []);
      assert.ok(land.width > 200 && land.height > 200, 'the land is drawn');
      assert.notEqual(land.fill, paper, 'the land has a colour of its own');
    });
  });
}

test('the page keeps its width at 200 % text', async () => {
  await withPage(browser, { width: 640, scripts: true }, async (page) => {
    await page.goto(`${base}/bn/in/whatsapp`);
    await page.evaluate(() => { document.documentElement.style.fontSize = '200%'; });
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(content <= window, `${content} px wide`);
  });
});

// measure runs in the page: it lists texts whose contrast is under 4.5, by the
// formula of WCAG 2.2, and describes the land of the map.
function measure() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => numbers(colour).slice(0, 3)
    .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const backdrop = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const faint = [];
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== '');
    if (!own || e.closest('svg') || !e.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(backdrop(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(`${e.tagName} ${e.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  const land = document.querySelector('.map .land');
  const { width, height } = land.getBoundingClientRect();
  return {
    faint, paper: getComputedStyle(document.querySelector('.panel')).backgroundColor,
    land: { width, height, fill: getComputedStyle(land).fill },
  };
}
