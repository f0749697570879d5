// The demonstration, as somebody meets it who has just typed make run: it says
// that it is one, shows the outage, takes a report and draws the map, with
// scripts and without.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, base, launch, paths, withPage } from '../browser.js';
import { fitsWithLongest } from '../longest.js';
import { colours } from '../pixels.js';
import { outage } from './loaded.js';

let browser;
let incidents;
before(async () => {
  browser = await launch();
  incidents = await outage();
});
after(async () => { await browser?.close(); });

const names = { en: /WhatsApp/, hi: /व्हाट्सऐप|WhatsApp/, bn: /হোয়াটসঅ্যাপ|WhatsApp/, cy: /WhatsApp/ };

for (const [lang, name] of Object.entries(names)) {
  test(`home in ${lang} shows the outage and says that it is played`, async () => {
    await withPage(browser, { width: 360 }, async (page) => {
      for (const path of ['/', '/in/whatsapp', `/incidents/${incidents.GB}`, '/map']) {
        await page.goto(address(lang, path));
        const banner = page.locator('.demo');
        assert.ok(await banner.isVisible(), `${path} has no banner`);
        assert.match(await banner.innerText(), /2025|২০২৫|२०२५/);
      }
      await page.goto(address(lang, '/'));
      assert.match(await page.locator('main').innerText(), name);
    });
  });
}

test('home is at most four screens of a phone at the peak, with one event for the outage', async () => {
  await withPage(browser, { width: 390 }, async (page) => {
    for (const lang of Object.keys(names)) {
      await page.goto(address(lang, '/'));
      const [height, titles] = await page.evaluate(() => [document.documentElement.scrollHeight, [...document.querySelectorAll('.cards h3')].map((e) => e.innerText)]);
      assert.ok(height <= 4 * 844, `${lang}: ${height} px`);
      assert.equal(titles.filter((title) => names[lang].test(title)).length, 1, `${lang}: ${titles}`);
    }
  });
});

for (const [of, name] of [['service', /WhatsApp|Messenger/g], ['place', /London|Maharashtra|Islington|Mumbai/g]]) {
  test(`no sideways scrolling at 320 px with the longest name of a ${of}`, async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    await fitsWithLongest(browser, [...paths, `/incidents/${incidents.GB}`, `/incidents/${incidents.IN}`, '/gb/london', `/${today}`], name);
  });
}

for (const scripts of [true, false]) {
  test(`a report counts beside the replay, scripts ${scripts}`, async () => {
    await withPage(browser, { width: 360, scripts, userAgent: `Demo/${scripts}` }, async (page) => {
      await page.goto(`${base}/in/whatsapp`);
      await page.locator('input[name=symptom]').first().check({ force: true });
      await page.fill('#place', '700001');
      await page.click('button[value=problem]');
      await page.waitForURL(/thanks/);
      assert.match(await page.locator('h1').innerText(), /counted/i);
    });
  });

  test(`the map of the outage is drawn, scripts ${scripts}`, async () => {
    await withPage(browser, { width: 1280, scripts }, async (page) => {
      await page.goto(`${base}/map?service=whatsapp`);
      const viewport = page.locator('[data-country=IN] .viewport');
      if (scripts) { // it becomes a canvas when somebody first touches it
        await viewport.focus();
        await page.keyboard.press('ArrowRight');
        await viewport.locator('canvas').waitFor();
      }
      const pixels = await colours(browser, page, viewport);
      // How many depends on how old the quarter hour under way is: it holds some back.
      assert.ok(pixels.k5 > 200 && pixels.k4 + pixels.k5 > 800, `hardly a cell is drawn in the darkest classes: ${JSON.stringify(pixels)}`);
    });
  });
}

test('an incident can be quoted', async () => {
  await withPage(browser, { width: 1280 }, async (page) => {
    await page.goto(`${base}/incidents/${incidents.GB}`);
    const text = await page.locator('main').innerText();
    assert.match(text, /WhatsApp/);
    assert.match(text, /UTC/);
    assert.match(text, new RegExp(incidents.GB));
  });
});

test('every map of the outage uses at least three classes', async () => {
  let most = 0;
  for (const path of ['/', '/whatsapp', '/in/whatsapp', '/gb/whatsapp', '/gb/whatsapp?show=reports', `/incidents/${incidents.GB}`, `/incidents/${incidents.IN}`, '/map?service=whatsapp', '/map?service=whatsapp&show=reports', '/map']) {
    const body = await (await fetch(base + path)).text();
    const maps = body.match(/<svg class="map" role="img".*?<\/svg>/gs);
    assert.ok(maps, `${path} has no map`);
    for (const map of maps) {
      const classes = new Set(map.match(/<path class="k[1-5]"/g));
      assert.ok(classes.size >= 3, `a map of ${path} has ${classes.size} classes`);
      most = Math.max(most, classes.size);
    }
  }
  assert.ok(most >= 4, `the busiest map has ${most} classes`);
});
