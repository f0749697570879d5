// A person reports, sees an error, gets the confirmation, says which place was meant and
// undoes it, all with scripts off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

// A service of one's own for each case: a reporter counts once in half an hour.
const cases = [
  { lang: 'en', width: 360, service: 'whatsapp', place: '700001', thanks: /counted|already/i, undone: /undone/i },
  { lang: 'en', width: 1280, service: 'instagram', place: 'Kolkata', thanks: /counted|already/i, undone: /undone/i },
  { lang: 'bn', width: 360, service: 'telegram', place: '৭০০০০১', thanks: /ধন্যবাদ|আগেই/, undone: /ফিরিয়ে নেওয়া হয়েছে/ },
  { lang: 'bn', width: 1280, service: 'netflix', place: '৭০০০০১', thanks: /ধন্যবাদ|আগেই/, undone: /ফিরিয়ে নেওয়া হয়েছে/ },
];

for (const { lang, width, service, place, thanks, undone } of cases) {
  test(`report and undo in ${lang} at ${width} px`, async () => {
    await withPage(browser, { width }, async (page) => {
      const prefix = lang === 'en' ? '' : `/${lang}`;
      await page.goto(`${base}${prefix}/in/${service}`);
      assert.equal(await page.getAttribute('html', 'lang'), lang);

      const symptom = page.locator('input[name=symptom]').first();
      await symptom.check();
      await page.fill('#place', place);
      await page.click('button[value=problem]');
      assert.match(new URL(page.url()).pathname, new RegExp(`^${prefix}/in/${service}/thanks$`));
      assert.match(await page.locator('h1').innerText(), thanks);

      await page.locator('form[action="/undo"] button').click();
      assert.match(await page.locator('h1').innerText(), undone);
      assert.equal((await page.context().cookies()).length, 0, 'no cookie is set');
    });
  });
}

for (const { lang, service, which } of [{ lang: 'en', service: 'snapchat', which: /which one did you mean/i }, { lang: 'bn', service: 'discord', which: /কোন জায়গার কথা/ }]) {
  test(`a place of which there are several is asked for in ${lang}`, async () => {
    await withPage(browser, { width: 360 }, async (page) => {
      await page.goto(`${base}${lang === 'en' ? '' : `/${lang}`}/in/${service}`);
      await page.fill('#place', 'Aurangabad');
      await page.click('button[value=problem]');
      const asked = page.locator('form[action="/place"]');
      assert.match(await asked.innerText(), which);
      assert.equal(await asked.locator('button').count(), 2);
      await asked.locator('button').first().click();
      assert.equal(new URL(page.url()).searchParams.get('region'), 'IN-MH');
      assert.equal(await page.locator('form[action="/place"]').count(), 0, 'it is asked once');
    });
  });
}

test('a place that tells no country keeps what was typed', async () => {
  await withPage(browser, { width: 360 }, async (page) => {
    await page.goto(`${base}/whatsapp/report`);
    await page.locator('input[name=symptom]').first().check();
    await page.fill('#place', 'Xyzzyville');
    await page.click('button[value=problem]');
    assert.equal(await page.locator('.errors a').getAttribute('href'), '#country');
    assert.equal(await page.inputValue('#place'), 'Xyzzyville', 'what was typed is kept');
    assert.equal(await page.locator('input[name=symptom]').first().isChecked(), true, 'what was chosen is kept');
  });
});

test('the enter key in the place field reports a problem', async () => {
  await withPage(browser, { width: 360 }, async (page) => {
    await page.goto(`${base}/in/youtube`);
    await page.fill('#place', '110001');
    await page.press('#place', 'Enter');
    assert.equal(new URL(page.url()).searchParams.get('kind'), 'problem');
  });
});

test('a form without place or country says what to choose', async () => {
  await withPage(browser, { width: 360 }, async (page) => {
    await page.goto(`${base}/whatsapp/report`);
    await page.click('button[value=works]');
    assert.equal(await page.locator('.errors a').count(), 1);
    const target = await page.locator('.errors a').getAttribute('href');
    assert.equal(await page.locator(target).count(), 1, 'the summary leads to a field that exists');
  });
});
