// Pages in which a name is as long as any, and has no space where it could break.
import assert from 'node:assert/strict';
import { base, withPage } from './browser.js';

const longest = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch';

// fitsWithLongest holds that no page of some paths scrolls sideways at 320 px, with the
// longest name in the place of those that a pattern matches.
export async function fitsWithLongest(browser, paths, name) {
  await withPage(browser, { width: 320, scripts: true }, async (page) => {
    let named = 0;
    await page.route((url) => url.origin === base && !/\.\w+$/.test(url.pathname), async (route) => {
      const answer = await route.fetch();
      const body = await answer.text();
      named += body.match(name)?.length ?? 0;
      await route.fulfill({ response: answer, body: body.replace(name, longest) });
    });
    const wide = [];
    for (const path of paths) {
      await page.goto(base + path);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      if (content > window) wide.push(`${path} is ${content} px wide`);
    }
    assert.deepEqual(wide, []);
    assert.ok(named > 20, `only ${named} names were replaced`);
  });
}
