// The list of incidents can be read with scripts off, also while it is empty.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const cases = [
  { lang: 'en', calm: /No incident is open at the moment/, none: /None so far/, gone: /no incident at this address/ },
  { lang: 'bn', calm: /কোনও ঘটনা চলছে না/, none: /এখনও পর্যন্ত নেই/, gone: /কোনও ঘটনা নেই/ },
];

for (const { lang, calm, none, gone } of cases) {
  test(`a server without incidents says so in ${lang}`, async () => {
    await withPage(browser, { width: 360 }, async (page) => {
      const prefix = lang === 'en' ? '' : `/${lang}`;
      await page.goto(`${base}${prefix}/in/whatsapp`);
      await page.locator('header .all a').first().click();
      assert.equal(new URL(page.url()).pathname, `${prefix}/in/incidents`, 'the country of the page is kept');
      assert.equal(await page.getAttribute('html', 'lang'), lang);
      const text = await page.locator('main').innerText();
      assert.match(text, calm);
      assert.match(text, none);

      await page.locator('.switch a').first().click();
      assert.equal(new URL(page.url()).pathname, `${prefix}/incidents`);

      const answer = await page.goto(`${base}${prefix}/incidents/whatsapp-in-20200101T0000Z`);
      assert.equal(answer.status(), 404);
      assert.match(await page.locator('main').innerText(), gone);
    });
  });
}
