// No page has a barrier that axe-core knows, and each can be used by keyboard
// alone. What axe does not see (sizes, widths, contrast on pictures) stands in
// layout.test.js.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { address, base, launch, paths, withPage } from './browser.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const rounds = [
  { lang: 'en', width: 360, scheme: 'light' }, { lang: 'en', width: 1280, scheme: 'dark' },
  { lang: 'bn', width: 360, scheme: 'dark' }, { lang: 'hi', width: 1280, scheme: 'light' }, { lang: 'cy', width: 360, scheme: 'light' },
];

for (const { lang, width, scheme } of rounds) {
  test(`axe finds nothing in ${lang} at ${width} px, ${scheme}`, async () => {
    // The policy of the pages refuses a script from elsewhere, also this one.
    await withPage(browser, { width, scheme, scripts: true, bypassCSP: true }, async (page) => {
      for (const path of paths) {
        await page.goto(address(lang, path));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ').slice(0, 300)}`), [], path);
      }
    });
  });
}

test('tab goes through a service page in the order of what is seen, and shows where it is', async () => {
  await withPage(browser, { width: 360 }, async (page) => {
    await page.goto(`${base}/in/netflix`);
    let above = -Infinity;
    const seen = [];
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press('Tab');
      const { name, top, outline } = await page.evaluate(() => {
        const e = document.activeElement;
        const shown = e.matches('[type=radio]') ? e.nextElementSibling : e;
        return {
          name: e.name || e.getAttribute('href') || e.tagName, outline: getComputedStyle(shown).outlineStyle,
          top: e.closest('.top, .skip') ? -Infinity : shown.getBoundingClientRect().top + scrollY,
        };
      });
      if (name === 'BODY') break; // the end of the page
      seen.push(name);
      assert.notEqual(outline, 'none', `${name} does not show that it has the focus`);
      assert.ok(top >= above - 120, `${name} stands above ${seen.at(-2)}: ${seen}`);
      above = top;
    }
    assert.deepEqual(seen.filter((name) => ['symptom', 'place', 'kind'].includes(name)), ['symptom', 'place', 'kind', 'kind']);
  });
});

test('a report by keyboard alone', async () => {
  await withPage(browser, { width: 1280 }, async (page) => {
    await page.goto(`${base}/in/jio`);
    await page.locator('input[name=symptom]').first().focus();
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('input[name=symptom]').nth(1).isChecked(), true);
    await page.keyboard.press('Tab');
    await page.keyboard.type('৭০০০০১');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/in/jio/thanks**');
    assert.equal(new URL(page.url()).searchParams.get('region'), 'IN-WB', 'Bengali digits name Kolkata');
  });
});
