// Measures the pages at DOWNPOUR_URL as slow phones meet them, and prints a
// table with the budgets beside. Times depend on the machine, so nothing fails;
// bytes are held by the Go tests.
//
//   DOWNPOUR_URL=http://127.0.0.1:8080 node times.js
import { base, launch } from './browser.js';

const runs = 3;
const kilobit = 1000 / 8; // bytes

// Two phones: the slowness of the processor, the line, and what is aimed at.
const phones = [
  { name: 'CPU/4, 1.6 Mbit/s, 150 ms', slower: 4, down: 1600 * kilobit, up: 750 * kilobit, latency: 150, aims: { FCP: 1200, LCP: 1800, blocking: 100, CLS: 0.02 } },
  { name: 'CPU/6, 400 kbit/s, 400 ms', slower: 6, down: 400 * kilobit, up: 400 * kilobit, latency: 400, aims: { FCP: 2000 } },
];

const pages = {
  home: { path: '/', kB: 14, requests: 4 },
  service: { path: '/in/whatsapp', kB: 19, requests: 4 },
  form: { path: '/in/whatsapp/report', kB: 13, requests: 3 },
  map: { path: '/map?service=whatsapp', kB: 30, requests: 6 },
  incidents: { path: '/incidents', kB: 14, requests: 4 },
};

// The newest incident, where there is one.
const [incident] = /\/incidents\/[a-z0-9-]+T\d{4}Z/.exec(await (await fetch(`${base}/incidents`)).text()) ?? [];
if (incident) pages.incident = { path: incident, kB: 19, requests: 4 };

// watch runs in the page before anything else of it.
function watch() {
  const seen = { LCP: 0, CLS: 0, blocking: 0 };
  globalThis.seen = seen;
  const on = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
  on('largest-contentful-paint', (entry) => { seen.LCP = entry.startTime; });
  on('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.CLS += entry.value; });
  on('longtask', (entry) => { seen.blocking += Math.max(0, entry.duration - 50); });
}

async function measure(browser, path, phone) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  try {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Network.enable');
    await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
    await devtools.send('Network.emulateNetworkConditions', {
      offline: false, latency: phone.latency, downloadThroughput: phone.down, uploadThroughput: phone.up,
    });
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: phone.slower });
    const taken = { bytes: 0, requests: 0 };
    devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      taken.bytes += encodedDataLength;
      taken.requests++;
    });
    await page.addInitScript(watch);
    await page.goto(base + path, { waitUntil: 'networkidle' });
    const times = await page.evaluate(() => ({
      FCP: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN, ...globalThis.seen,
    }));
    return { ...times, kB: taken.bytes / 1000, requests: taken.requests };
  } finally {
    await context.close();
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const columns = ['FCP', 'LCP', 'blocking', 'CLS', 'kB', 'requests'];
const digits = { CLS: 3, kB: 1 };

// cell is a number, with a mark where it is beyond what is aimed at.
function cell(column, number, aim) {
  const text = number.toFixed(digits[column] ?? 0);
  return aim === undefined ? text : `${text} of ${aim}${number > aim ? ' !' : ''}`;
}

const browser = await launch();
for (const phone of phones) {
  console.log(`\n${phone.name}, median of ${runs}; times in ms, "!" is beyond the budget`);
  console.log(['page'.padEnd(10), ...columns.map((name) => name.padStart(16))].join(''));
  for (const [name, { path, ...budget }] of Object.entries(pages)) {
    const all = [];
    for (let run = 0; run < runs; run++) all.push(await measure(browser, path, phone));
    const row = columns.map((column) => cell(column, median(all.map((one) => one[column])), { ...phone.aims, ...budget }[column]).padStart(16));
    console.log([name.padEnd(10), ...row].join(''));
  }
}
await browser.close();
