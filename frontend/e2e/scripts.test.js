// What the scripts of the pages add: two taps, a shaky line, a location, places
// while one types, and numbers that move.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { base, launch, withPage } from './browser.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

for (const [width, scheme, service] of [[360, 'light', 'messenger'], [1280, 'dark', 'facebook']]) {
  test(`two taps report at ${width} px, ${scheme}; one more undoes the report`, async () => {
    await withPage(browser, { width, scheme, scripts: true, timezoneId: 'Asia/Kolkata' }, async (page) => {
      await page.goto(`${base}/${service}`); // no country in the address: the clock of the device says which
      await page.locator('.tiles label').first().click();
      await page.locator('button[value=problem]').click();
      await page.waitForURL(`**/in/${service}/thanks**`);
      assert.equal(new URL(page.url()).searchParams.get('counted'), '1');
      await page.locator('form[action="/undo"] button').click();
      assert.match(await page.locator('h1').innerText(), /undone/i);
    });
  });
}

test('a report waits for the connection and counts once, also without a worker', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    const keys = [];
    await page.route('**/report', (route) => {
      keys.push(new URLSearchParams(route.request().postData()).get('key'));
      return keys.length < 3 ? route.abort('internetdisconnected') : route.continue();
    });
    await page.goto(`${base}/in/threads`);
    await page.locator('button[value=problem]').click();
    await page.locator('#status', { hasText: 'No connection' }).waitFor();
    await page.waitForURL('**/in/threads/thanks**');
    assert.equal(keys.length, 3);
    assert.ok(keys[0].length > 20 && keys.every((key) => key === keys[0]), `keys ${keys}`);
  });
});

test('the error of a server that rejects is shown', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${base}/signal`); // an unknown place, which does not tell the country
    await page.fill('#place', 'Xyzzyville');
    await page.locator('button[value=problem]').click();
    await page.locator('.errors a[href="#country"]').waitFor();
    assert.equal(await page.inputValue('#place'), 'Xyzzyville');
  });
});

test('the location is sent coarse, only in the report and after consent', async () => {
  const more = { geolocation: { latitude: 22.572646, longitude: 88.363895 }, permissions: ['geolocation'] };
  await withPage(browser, { width: 360, scripts: true, ...more }, async (page) => {
    const sent = [];
    page.on('request', (request) => sent.push(request.url()));
    await page.goto(`${base}/in/upi`);
    assert.ok(await page.locator('#here-h').isVisible(), 'the button says what becomes of the location');
    await page.locator('#here button').click();
    await page.locator('#status', { hasText: 'location' }).waitFor();
    const [request] = await Promise.all([
      page.waitForRequest((r) => r.method() === 'POST'), page.locator('button[value=problem]').click(),
    ]);
    const form = new URLSearchParams(request.postData());
    assert.deepEqual([form.get('lat'), form.get('lng')], ['22.57', '88.36']);
    await page.waitForURL('**/thanks**');
    assert.equal(new URL(page.url()).searchParams.get('region'), 'IN-WB');
    assert.ok(!sent.some((url) => url.includes('22.57')), 'no address holds the coordinate');
  });
});

test('nothing moves when the scripts of a page start', async () => {
  for (const [path, width] of [['/in/upi/report', 390], ['/in/upi', 390], ['/upi', 1280], ['/', 390], ['/incidents', 390]]) {
    await withPage(browser, { width, scripts: true }, async (page) => {
      await page.addInitScript(() => {
        globalThis.moved = 0;
        new PerformanceObserver((list) => list.getEntries().forEach(({ value }) => { globalThis.moved += value; })).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(base + path, { waitUntil: 'networkidle' });
      assert.ok((await page.evaluate(() => globalThis.moved)) < 0.02, path);
    });
  }
});

test('without a location to offer, its button is away', async () => {
  await withPage(browser, { width: 390, scripts: true }, async (page) => {
    await page.addInitScript(() => Object.defineProperty(navigator, 'geolocation', { value: undefined }));
    await page.goto(`${base}/in/upi/report`);
    await page.locator('#here').waitFor({ state: 'detached' });
  });
  await withPage(browser, { width: 390 }, async (page) => {
    await page.goto(`${base}/in/upi/report`);
    assert.equal((await page.locator('#here').boundingBox())?.height, undefined);
  });
});

test('places are suggested while typing', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${base}/in/sbi`);
    await page.locator('#place').pressSequentially('Bardha');
    await page.locator('#towns option[value^="Bardha"]').first().waitFor({ state: 'attached' });
    assert.ok((await page.locator('#towns option').count()) <= 8);
  });
});

// quick makes every timer of a page run a thousand times faster.
const quick = () => { const real = setTimeout; globalThis.setTimeout = (act, wait, ...rest) => real(act, wait / 1000, ...rest); };

// partsOf is the hashes and texts of the parts of a page.
async function partsOf(path) {
  const { have, parts } = await (await fetch(`${base}${path}?have=`)).json();
  return { hashes: have.split('.'), parts: parts.map(([html]) => html) };
}

test('numbers, title and icon are updated in place', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.addInitScript(quick);
    const { hashes, parts } = await partsOf('/in/youtube');
    const json = {
      have: hashes.map((hash) => `${hash}1`).join('.'),
      parts: parts.map((html) => [html.replace(/data-status="\w+"/, 'data-status="outage"').replace(/data-title="/, 'data-title="Far above · ')]),
    };
    await page.route('**/in/youtube?have=*', (route) => route.fulfill({ json }));
    await page.goto(`${base}/in/youtube`);
    await page.locator('#hero[data-status=outage]').waitFor();
    assert.match(await page.title(), /^Far above · /);
    assert.equal(await page.locator('#now').count(), 1);
  });
});

test('a page of 20 minutes never shows two numbers of one window that differ', async () => {
  // A server whose parts all have one number of one window, which grows by the minute. It
  // sends edits of the parts whose text a page has, and now and then nothing or an error.
  const { parts } = await partsOf('/in/youtube');
  const at = (minute, html) => html.replace('</div>', `<p class="told">${'x'.repeat(minute % 7)} ${1000 + 37 * minute} reports in 10 minutes</p></div>`);
  const edits = (old, html) => {
    let same = 0;
    while (same < old.length && old[same] === html[same]) same++;
    return [same, same - old.length, html.slice(same)].filter((edit) => edit !== 0 && edit !== '');
  };
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.addInitScript(quick);
    let minute = 0;
    const asked = [];
    await page.route('**/in/youtube?have=*', (route) => {
      const have = new URL(route.request().url()).searchParams.get('have').split('.');
      asked.push(have);
      if (asked.length % 5 === 3) return route.fulfill({ status: 204 });
      if (asked.length % 5 === 4) return route.abort();
      minute++;
      return route.fulfill({ json: {
        have: parts.map((_, i) => `m${minute}p${i}`).join('.'),
        parts: parts.map((html, i) => {
          const before = /^m(\d+)p\d+$/.exec(have[i])?.[1];
          return before ? edits(at(Number(before), html), at(minute, html)) : [at(minute, html)];
        }),
      } });
    });
    await page.goto(`${base}/in/youtube`);
    // What is on the page after each patch: an observer is told of all changes of a task at once.
    await page.evaluate(() => {
      globalThis.seen = [];
      new MutationObserver(() => globalThis.seen.push([...document.querySelectorAll('.told')].map((e) => e.textContent.trim())))
        .observe(document.body, { childList: true, subtree: true });
    });
    await page.waitForFunction(() => globalThis.seen.length >= 20);
    const seen = await page.evaluate(() => globalThis.seen);
    for (const numbers of seen) {
      assert.equal(numbers.length, parts.length, 'every part was updated');
      assert.equal(new Set(numbers).size, 1, numbers.join(' and '));
    }
    assert.ok(new Set(seen.map(([number]) => number)).size >= 20, 'each minute was shown');
    // With requests intercepted a browser has no cache, so that it does not know the source of the page.
    assert.ok(asked[0].every((hash) => hash.endsWith('-')) && asked.at(-1).every((hash) => !hash.endsWith('-')), 'the page says which texts it has');
  });
});

test('a page knows its source without loading it again', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.addInitScript(quick);
    let loads = 0;
    page.on('response', (answer) => { if (answer.url() === `${base}/in/youtube` && !answer.fromServiceWorker()) loads++; });
    const [request] = await Promise.all([page.waitForRequest(/have=/), page.goto(`${base}/in/youtube`)]);
    const have = new URL(request.url()).searchParams.get('have').split('.');
    assert.ok(have.length > 5 && have.every((hash) => /^[0-9a-f]{6}$/.test(hash)), have.join(' '));
    assert.ok(loads <= 2, `${loads} loads`); // one of them of the cache
  });
});

test('a chart tells its values by arrow keys, pointer and finger', async () => {
  await withPage(browser, { width: 390, scripts: true, hasTouch: true }, async (page) => {
    await page.goto(`${base}/in/youtube`);
    const chart = page.locator('svg.chart').first();
    const value = page.locator('.value').first();
    await chart.focus();
    const told = [];
    for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowRight']) {
      await page.keyboard.press(key);
      told.push(await value.innerText());
    }
    assert.ok(told.every((text) => /\d\d:\d\d/.test(text)), told.join(' | '));
    assert.notEqual(told[0], told[1]);
    assert.equal(told[0], told[2], 'right leads back');
    const { x, y, width, height } = await chart.boundingBox();
    await page.mouse.move(x + width / 4, y + height / 2);
    const quarter = await value.innerText();
    await page.touchscreen.tap(x + (3 * width) / 4, y + height / 2);
    const later = await value.innerText();
    assert.match(quarter, /\d\d:\d\d/);
    assert.notEqual(quarter, later);
  });
});

test('a page that is not updated says so after two minutes, without scripts as well', async () => {
  for (const scripts of [true, false]) {
    await withPage(browser, { width: 360, scripts }, async (page) => {
      await page.goto(`${base}/in/youtube`);
      const newer = page.locator('.newer');
      assert.equal(await newer.isVisible(), false);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Animation.enable');
      await devtools.send('Animation.setPlaybackRate', { playbackRate: 1000 });
      await newer.waitFor({ state: 'visible' });
    });
  }
});

test('with data saving there are no updates', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.addInitScript(quick);
    await page.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    let asked = 0;
    page.on('request', (request) => { if (request.url().includes('have=')) asked++; });
    await page.goto(`${base}/in/youtube`);
    await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 300_000)); }));
    assert.equal(asked, 0);
  });
});

test('a service page takes at most four requests and 5 kB of scripts', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    const bodies = [];
    page.on('response', (answer) => bodies.push(answer));
    await page.goto(`${base}/bn/in/whatsapp`, { waitUntil: 'networkidle' });
    assert.ok(bodies.length <= 4, bodies.map((answer) => answer.url()).join(' '));
    let scripts = 0;
    for (const answer of bodies.filter((a) => a.url().endsWith('.js'))) scripts += (await answer.request().sizes()).responseBodySize;
    assert.ok(scripts > 0 && scripts <= 5000, `${scripts} bytes of scripts`);
  });
});
