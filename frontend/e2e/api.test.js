// A page of another origin reads the API in a real browser, and may not report
// in the name of whoever looks at it. The page about the API can be read.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
let elsewhere; // the server of another site
before(async () => {
  elsewhere = createServer((request, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end('<!doctype html><title>Elsewhere</title>');
  });
  await new Promise((listening) => { elsewhere.listen(0, '127.0.0.1', listening); });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  elsewhere.close();
});

// fromElsewhere runs a script in a page of the other site, with the address of
// the API.
function fromElsewhere(script) {
  return withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    await script(page, `${base}/api/v1`);
  });
}

test('a page of another origin reads', () => fromElsewhere(async (page, api) => {
  const read = await page.evaluate(async (address) => {
    const first = await fetch(`${address}/services`);
    const { items } = await first.json();
    const etag = first.headers.get('ETag');
    // Asks the server first whether it may send the header.
    const again = await fetch(`${address}/services/${items[0].slug}`, { cache: 'no-store', headers: { 'If-None-Match': etag } });
    return { status: first.status, services: items.length, etag, again: again.status };
  }, api);
  assert.equal(read.status, 200);
  assert.ok(read.services > 0);
  assert.match(read.etag, /^W\/"/, 'the ETag can be read');
  assert.equal(read.again, 200);
}));

test('a page of another origin reads what is wrong with its request', () => fromElsewhere(async (page, api) => {
  const problem = await page.evaluate(async (address) => (await fetch(`${address}/heatmap?country=UK`)).json(), api);
  assert.equal(problem.code, 'unknown');
  assert.equal(problem.field, 'country');
}));

test('a page of another origin cannot report', () => fromElsewhere(async (page, api) => {
  const outcome = await page.evaluate(async (address) => {
    const report = (type) => fetch(`${address}/reports`, {
      method: 'POST', headers: { 'Content-Type': type }, body: '{"service":"whatsapp","country":"IN"}',
    }).then((answer) => `answered ${answer.status}`, () => 'refused by the browser');
    return [await report('application/json'), await report('text/plain')];
  }, api);
  assert.deepEqual(outcome, ['refused by the browser', 'refused by the browser']);
}));

for (const scheme of ['light', 'dark']) {
  test(`the page about the API fits a phone in ${scheme}`, async () => {
    await withPage(browser, { width: 320, scheme, scripts: true }, async (page) => {
      await page.goto(`${base}/api`);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `it is ${content} px wide`);
      const [ink, paper] = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]);
      assert.notEqual(ink, 'rgb(0, 0, 0)', 'its style is allowed');
      assert.notEqual(ink, paper);
      await page.locator('nav a[href="#getHeatmap"]').click();
      assert.ok(await page.locator('#getHeatmap').evaluate((e) => e.matches(':target')));
      assert.equal(await page.locator('script').count(), 0);
    });
  });
}
