// Without a connection: the page that says so, a report that is kept, and what becomes of
// it. A proxy in front of the server stands for the line, which is cut and mended.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { base, launch } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

// line is a proxy of the server that can be cut. It counts the reports that pass.
async function line() {
  const state = { cut: false, reports: [] };
  const proxy = createServer((asked, answer) => {
    if (state.cut) { asked.socket.destroy(); return; }
    const parts = [];
    asked.on('data', (part) => parts.push(part)).on('end', () => {
      const body = Buffer.concat(parts);
      if (asked.method === 'POST' && asked.url === '/report') state.reports.push(new URLSearchParams(body.toString()));
      const passed = request(base + asked.url, { method: asked.method, headers: asked.headers }, (got) => {
        answer.writeHead(got.statusCode, got.headers);
        got.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      passed.end(body);
    });
  });
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening));
  return { state, address: `http://127.0.0.1:${proxy.address().port}`, close: () => { proxy.closeAllConnections(); proxy.close(); } };
}

async function withLine(act) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, timezoneId: 'Asia/Kolkata' });
  const on = await line();
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const refused = [];
  page.on('console', (message) => { if (message.text().includes('Content Security Policy')) refused.push(message.text()); });
  try {
    await act(page, on, context);
    assert.deepEqual(refused, []);
  } finally {
    await context.close();
    on.close();
  }
}

// visit opens a page and waits until the worker has what it keeps.
async function visit(page, on, path, offline) {
  await page.goto(on.address + path);
  await page.evaluate(async (path) => {
    while (!navigator.serviceWorker.controller || !(await caches.match(path, { ignoreVary: true }))) await new Promise((done) => { setTimeout(done, 50); });
  }, offline);
}

test('without a connection there is a page in the language of the reader, without numbers', async () => {
  await withLine(async (page, on) => {
    await visit(page, on, '/bn', '/bn/offline');
    on.state.cut = true;
    await page.goto(`${on.address}/bn/in/whatsapp`);
    assert.equal(await page.getAttribute('html', 'lang'), 'bn');
    assert.match(await page.locator('h1').innerText(), /সংযোগ নেই/);
    assert.equal(await page.locator('.asof, svg.chart, svg.map, .verdict').count(), 0);
    assert.ok(await page.locator('time').getAttribute('datetime'), 'it says of when it is');
    assert.equal(await page.inputValue('#service'), 'whatsapp', 'the service that was asked for is chosen');
    on.state.cut = false;
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.waitForURL('**/bn/in/whatsapp');
    await page.locator('.verdict').first().waitFor();
  });
});

test('a report that was written without a connection is sent once when there is one', async () => {
  await withLine(async (page, on, context) => {
    await visit(page, on, '/in/zomato', '/offline');
    on.state.cut = true;
    await page.fill('#place', '700001');
    await page.locator('button[value=problem]').click();
    await page.locator('#status', { hasText: 'kept on this device' }).waitFor();
    const other = await context.newPage(); // the first one is closed, as people do
    await page.close();
    on.state.cut = false;
    await other.goto(`${on.address}/in`);
    const notice = other.locator('main > .notice', { hasText: 'has been sent' });
    await notice.waitFor();
    assert.equal(on.state.reports.length, 1);
    assert.ok(Math.abs(Date.parse(on.state.reports[0].get('since')) - Date.now()) < 60_000);
    assert.equal(on.state.reports[0].get('place'), '700001');
    await notice.locator('a').click();
    await other.waitForURL('**/in/zomato/thanks**');
    assert.equal(new URL(other.url()).searchParams.get('counted'), '1');
    await other.goto(`${on.address}/in`);
    await other.locator('h1').waitFor();
    assert.equal(await other.locator('main > .notice', { hasText: 'has been sent' }).count(), 0, 'it is told once');
  });
});

test('the form of the page without a connection is kept by the worker', async () => {
  await withLine(async (page, on) => {
    await visit(page, on, '/', '/offline');
    on.state.cut = true;
    await page.goto(`${on.address}/in/swiggy`);
    await page.locator('button[value=problem]').click();
    await page.locator('.notice', { hasText: 'kept on this device' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/offline');
    on.state.cut = false;
    await page.goto(on.address);
    await page.locator('main > .notice', { hasText: 'has been sent' }).waitFor();
    assert.equal(on.state.reports.length, 1);
    assert.equal(on.state.reports[0].get('service'), 'swiggy');
    assert.ok(on.state.reports[0].get('key').length >= 32 && on.state.reports[0].get('token').length >= 32);
  });
});

test('a report of half an hour ago is not sent, and its sender is told', async () => {
  await withLine(async (page, on) => {
    await visit(page, on, '/in/uber', '/offline');
    await page.evaluate(() => new Promise((done, fail) => {
      const asked = indexedDB.open('downpour', 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore('reports', { keyPath: 'key' });
      asked.onerror = fail;
      asked.onsuccess = () => {
        const at = Date.now() - 31 * 60_000;
        const put = asked.result.transaction('reports', 'readwrite').objectStore('reports')
          .put({ key: 'old', body: 'service=uber&lang=en&page=IN&kind=problem&country=IN&key=old', at, state: 'waiting', address: '' });
        put.onsuccess = done;
      };
    }));
    await page.goto(`${on.address}/in`);
    const notice = page.locator('main > .notice', { hasText: 'was not sent' });
    await notice.waitFor();
    assert.equal(on.state.reports.length, 0);
    await notice.locator('a').click();
    await page.waitForURL('**/in/uber');
  });
});
