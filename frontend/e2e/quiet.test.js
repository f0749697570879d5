// The start page of a day on which nothing happens, over made-up numbers: the pages are
// served by a test of the program (TestPreview), which needs Go.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { launch, withPage } from './browser.js';

const pages = new URL('..', import.meta.url);
let directory;
let server;
let quiet;
let browser;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quiet-'));
  const program = join(directory, 'pages.test');
  execFileSync('go', ['test', '-c', '-o', program, '.'], { cwd: pages, stdio: 'inherit' });
  server = spawn(program, ['-test.run', '^TestPreview$', '-preview', '127.0.0.1:0', '-quiet'], { cwd: pages, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface(server.stdout)) {
    quiet = line.match(/^listening on (\S+)/)?.[1];
    if (quiet) break;
  }
  browser = await launch();
});

after(async () => {
  await browser?.close();
  if (server?.exitCode === null && server.kill()) await once(server, 'exit');
  if (directory) rmSync(directory, { recursive: true });
});

const calm = { en: /Nothing unusual since/, hi: /असामान्य/, bn: /অস্বাভাবিক/, cy: /anarferol/ };

test('home is at most four screens of a phone on a quiet day', async () => {
  assert.ok(quiet, 'the pages are served');
  await withPage(browser, { width: 390 }, async (page) => {
    for (const [lang, words] of Object.entries(calm)) {
      await page.goto(quiet + (lang === 'en' ? '/' : `/${lang}`));
      assert.match(await page.locator('.headline').innerText(), words);
      assert.ok(await page.locator('.events li').count() > 0 && await page.locator('.rows li').count() > 0, 'the last incidents and the most reported services are there');
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height <= 4 * 844, `${lang}: ${height} px`);
    }
  });
});
