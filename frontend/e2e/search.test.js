// Services are found by any of their names, with scripts off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

for (const [lang, from, query, to] of [
  ['bn', '/', 'এয়ারটেল', '/bn/airtel'], ['en', '/in', 'এয়ারটেল', '/in/airtel'], ['en', '/', 'watsapp', '/whatsapp'], ['hi', '/in', 'जियो', '/hi/in/jio'],
]) {
  test(`${query} from ${lang}${from} leads to ${to}`, async () => {
    await withPage(browser, { width: 360 }, async (page) => {
      await page.goto(address(lang, from));
      await page.fill('#q', query);
      await page.press('#q', 'Enter');
      assert.equal(new URL(page.url()).pathname, to);
    });
  });
}

test('what is not found, and markup, are only text', async () => {
  await withPage(browser, { width: 360 }, async (page) => {
    const query = '<img src=x onerror=alert(1)>';
    await page.goto(address('en', '/'));
    await page.fill('#q', query);
    await page.click('.find button');
    assert.ok((await page.locator('h1').innerText()).includes(query));
    assert.equal(await page.inputValue('#q'), query);
    assert.equal(await page.locator('main img').count(), 0);
  });
});

for (const [lang, typed, name] of [['en', 'whats', 'WhatsApp'], ['hi', 'व्हाट्स', 'व्हाट्सऐप'], ['bn', 'হোয়াট', 'হোয়াটসঅ্যাপ']]) {
  test(`services are suggested while typing ${typed}, and an arrow key and Enter open one`, async () => {
    await withPage(browser, { width: 390, scripts: true }, async (page) => {
      await page.goto(address(lang, '/'));
      await page.locator('#q').pressSequentially(typed);
      await page.locator(`#found option[value="${name}"]`).waitFor({ state: 'attached' });
      await page.fill('#q', name);
      await page.press('#q', 'Enter');
      assert.match(new URL(page.url()).pathname, /whatsapp$/);
    });
  });
}
