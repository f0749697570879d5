// The large map has the expected colours, as the server's SVG and as a canvas,
// moves by keyboard, and keeps its last picture when the line is gone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { address, base, launch, withPage } from './browser.js';
import { colours } from './pixels.js';

const service = 'snapchat'; // which no other test reports
const crowds = [
  ['GB', 51.507, -0.128, 45], ['GB', 53.8, -1.549, 19], ['GB', 55.86, -4.25, 9],
  ['IN', 22.573, 88.364, 45], ['IN', 28.614, 77.209, 19], ['IN', 12.972, 77.595, 9],
];

let browser;
before(async () => {
  browser = await launch();
  await report();
  await shown();
});
after(async () => { await browser?.close(); });

// report files reports from as many networks, all from a few towns.
async function report() {
  let sender = 0;
  const sent = crowds.flatMap(([, lat, lng, people]) => Array.from({ length: people }, async () => {
    const answer = await fetch(`${base}/api/v1/reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `198.19.${sender & 255}.${1 + (sender++ >> 8)}` },
      body: JSON.stringify({ service, location: { lat, lng } }),
    });
    assert.ok(answer.status === 202, `a report was refused: ${answer.status}`);
  }));
  await Promise.all(sent);
}

// shown waits for the public table, which holds a few reports of an open quarter
// hour back.
async function shown() {
  for (let tries = 0; tries < 60; tries++) {
    const maps = await Promise.all(['GB', 'IN'].map(async (country) => (await fetch(`${base}/api/v1/heatmap?service=${service}&country=${country}`)).json()));
    if (maps.every(({ items }) => items.reduce((sum, { reports }) => sum + reports, 0) >= 60)) return;
    await sleep(2000);
  }
  throw new Error('the map withholds the reports after two minutes');
}

const path = `/map?service=${service}`;
const viewport = (page, country) => page.locator(`[data-country=${country}] .viewport`);
const cells = ({ k1, k2, k3, k4, k5 }) => [k1, k2, k3, k4, k5];
// Three towns differ so much that they are of several classes; names may cover the smallest.
const drawn = (counts) => assert.ok(cells(counts).filter((n) => n >= 4).length >= 2, `pixels of classes: ${cells(counts)}`);

for (const scheme of ['light', 'dark']) {
  for (const country of ['GB', 'IN']) {
    test(`the drawing of ${country} has its colours in ${scheme}, without scripts`, async () => {
      await withPage(browser, { width: 1280, scheme }, async (page) => {
        await page.goto(base + path);
        const counts = await colours(browser, page, viewport(page, country));
        assert.ok(counts.land > 20_000, `land: ${counts.land} pixels`);
        drawn(counts);
      });
    });

    test(`the canvas of ${country} has its colours in ${scheme}, and more of them from closer`, async () => {
      await withPage(browser, { width: 1280, scheme, scripts: true }, async (page) => {
        await page.goto(base + path);
        const part = viewport(page, country);
        await part.focus();
        await page.keyboard.press('ArrowRight');
        await part.locator('canvas').waitFor();
        await page.locator(`[data-country=${country}] .cell`).waitFor();
        await page.keyboard.press('Escape');
        await page.waitForFunction((c) => document.querySelector(`[data-country=${c}] svg.under`), country);
        const far = await colours(browser, page, part);
        assert.ok(far.land > 20_000, `land: ${far.land} pixels`);
        drawn(far);

        const settled = page.waitForResponse((answer) => /[?&]z=[1-9]/.test(answer.url()));
        await page.keyboard.press('ArrowRight');
        for (const key of ['+', '+', '+']) await page.keyboard.press(key);
        await settled;
        await page.keyboard.press('Escape');
        await sleep(500);
        assert.match(page.url(), new RegExp(`view=${country}:8,`));
        const near = await colours(browser, page, part);
        assert.notDeepEqual(near, far);
      });
    });
  }
}

test('the slider moves through time and updates the address', async () => {
  await withPage(browser, { width: 1280, scripts: true }, async (page) => {
    await page.goto(base + path);
    const slider = page.locator('#player input');
    const part = viewport(page, 'IN');
    const latest = await slider.inputValue();
    await slider.focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowLeft');
    await page.waitForFunction(() => location.search.includes('t='));
    await page.waitForFunction(() => document.querySelector('[data-country=IN] tbody').children.length === 0);
    await sleep(300);
    const before = await colours(browser, page, part);
    assert.ok(cells(before).every((n) => n === 0), 'nothing was reported then');
    assert.ok(before.land > 20_000, 'the land stays');
    await page.keyboard.press('End');
    await page.waitForFunction(() => document.querySelector('[data-country=IN] tbody').children.length > 0);
    await sleep(300);
    drawn(await colours(browser, page, part));
    assert.equal(await slider.inputValue(), latest);
    assert.ok(!new URL(page.url()).searchParams.has('t'), 'the latest picture needs no time in the address');
  });
});

test('the last row of the table can be read', async () => {
  for (const width of [360, 1280]) {
    await withPage(browser, { width }, async (page) => {
      await page.goto(base + path);
      const covered = await page.evaluate(() => [...document.querySelectorAll('.rows')].map((table) => {
        const body = table.querySelector('tbody');
        while (body.children.length < 40) body.append(body.children[0].cloneNode(true));
        table.scrollIntoView();
        table.scrollTop = table.scrollHeight;
        const row = body.lastElementChild.getBoundingClientRect();
        const faded = parseFloat(getComputedStyle(table).paddingBlockEnd); // where the mask begins
        return table.scrollTop > 0 && faded > 0 ? row.bottom - (table.getBoundingClientRect().bottom - faded) : Infinity;
      }));
      assert.equal(covered.length, 2);
      for (const px of covered) assert.ok(px <= 1, `${px} px of the last row are covered at ${width} px`);
    });
  }
});

test('a link restores the view', async () => {
  await withPage(browser, { width: 1280, scripts: true }, async (page) => {
    await page.goto(`${base}${path}&view=IN:6,500,320`);
    await viewport(page, 'IN').locator('canvas').waitFor();
    await page.locator('[data-country=IN] [data-do=out]').click();
    assert.match(page.url(), /view=IN:3,500,320/);
  });
});

test('by keyboard: from cell to cell with its numbers, and from the table to a region', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${address('bn', '/map')}?service=${service}&country=IN`);
    await viewport(page, 'IN').focus();
    await page.keyboard.press('ArrowDown');
    const values = page.locator('.cell');
    await values.waitFor();
    const first = await values.innerText();
    assert.match(first, /[০-৯]/, 'numbers in the digits of the language');
    for (const key of ['ArrowUp', 'ArrowRight', 'ArrowDown', 'ArrowLeft']) {
      if (await values.innerText() === first) await page.keyboard.press(key);
      await sleep(100);
    }
    assert.notEqual(await values.innerText(), first, 'an arrow key leads to another area');
    const button = page.locator('.go').first();
    await button.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.search.includes('view=IN'));
  });
});

test('without a connection the last map stays and the page shows an error', async () => {
  await withPage(browser, { width: 1280, scripts: true }, async (page) => {
    await page.goto(base + path);
    await viewport(page, 'IN').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('[data-country=IN] .cell').waitFor();
    await page.route('**/map/cells**', (route) => route.abort());
    await page.locator('#player input').focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('PageDown');
    await page.locator('[data-country=IN] .failed').waitFor();
    const counts = await colours(browser, page, viewport(page, 'IN'));
    assert.ok(cells(counts).some((n) => n > 10), JSON.stringify(counts));
  });
});

test('with data saving only the drawing is loaded', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(base + path);
    assert.equal(await page.locator('.tools').first().isVisible(), false);
    assert.ok(!asked.some((name) => name.startsWith('/map/')), asked.join(' '));
    assert.equal(await page.locator('.steps a').first().isVisible(), true, 'links lead through time');
  });
});

test('the page loads with six requests at most', async () => {
  await withPage(browser, { width: 1280, scripts: true }, async (page) => {
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(base + path, { waitUntil: 'networkidle' });
    assert.ok(asked.length <= 6, asked.join('\n'));
  });
});
