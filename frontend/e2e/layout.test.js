// Pages fit small screens, can be used by keyboard and draw what they say.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, base, launch, paths, withPage } from './browser.js';
import { fitsWithLongest } from './longest.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

for (const lang of ['en', 'hi', 'bn', 'cy']) {
  test(`no sideways scrolling at 320 px in ${lang}`, async () => {
    await withPage(browser, { width: 320, scripts: true }, async (page) => {
      for (const path of paths) {
        await page.goto(address(lang, path));
        const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(content <= window, `${path} is ${content} px wide`);
      }
    });
  });
}

for (const [of, name] of [['service', /WhatsApp/g], ['place', /Leeds|West Bengal/g]]) {
  test(`no sideways scrolling at 320 px with the longest name of a ${of}`, () => fitsWithLongest(browser, paths, name));
}

test('the words of a button stay in one line', async () => {
  for (const width of [360, 1280]) {
    await withPage(browser, { width, scripts: true }, async (page) => {
      for (const path of ['/', '/gb/whatsapp', '/gb/leeds', '/incidents', '/map?service=whatsapp', '/whatsapp/report']) {
        await page.goto(base + path);
        const broken = await page.evaluate(() => [...document.querySelectorAll('main button')].filter((e) => e.checkVisibility() && e.innerText).map((e) => {
          const words = document.createRange();
          words.selectNodeContents(e);
          return new Set([...words.getClientRects()].map(({ top }) => Math.round(top))).size > 1 ? e.innerText : '';
        }).filter(Boolean));
        assert.deepEqual(broken, [], `${path} at ${width} px`);
      }
    });
  }
});

test('home is at most four screens of a phone', async () => {
  await withPage(browser, { width: 390 }, async (page) => {
    for (const lang of ['en', 'hi', 'bn', 'cy']) {
      await page.goto(address(lang, '/'));
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      assert.ok(height <= 4 * 844, `${lang}: ${height} px`);
    }
  });
});

test('targets of the form are at least 44 px high, all others 24', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    for (const path of ['/', '/whatsapp', '/incidents', '/about']) {
      await page.goto(base + path);
      const small = await page.evaluate(() => [...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]
        .filter((e) => e.checkVisibility() && !e.closest('.skip, p, li:not(.rows li, .cards li)')).map((e) => {
          const least = e.closest('.report, .switch, .find') ? 44 : 24;
          const box = (e.matches('[type=radio]') ? e.parentElement : e.matches('.rows a, .cards a') ? e.closest('li') : e).getBoundingClientRect();
          return box.height < least || box.width < 24 ? `${box.width} x ${box.height}: ${e.outerHTML.slice(0, 80)}` : '';
        }).filter(Boolean));
      assert.deepEqual(small, [], path);
    }
  });
});

test('the first tab stop skips to the content', async () => {
  await withPage(browser, { width: 360, scripts: true }, async (page) => {
    await page.goto(`${base}/in/whatsapp`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), '#main');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  });
});

for (const scheme of ['light', 'dark']) {
  test(`text stands out and the map has land in ${scheme}`, async () => {
    await withPage(browser, { width: 1280, scripts: true, scheme }, async (page) => {
      await page.goto(`${base}/in/whatsapp`);
      const { faint, land, paper } = await page.evaluate(measure);
      assert.deepEqual(faint, []);
      assert.ok(land.width > 200 && land.height > 200, 'the land is drawn');
      assert.notEqual(land.fill, paper, 'the land has a colour of its own');
    });
  });
}

test('pages keep their width and show all text at 200 %', async () => {
  await withPage(browser, { width: 640, scripts: true }, async (page) => {
    for (const path of paths) {
      await page.goto(address('bn', path));
      await page.evaluate(() => { document.documentElement.style.setProperty('font-size', '200%'); });
      const [content, window, cut] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth,
        [...document.querySelectorAll('a, button, label, h1, h2, h3, p, td, th')]
          .filter((e) => e.checkVisibility() && !e.closest('.sr-only, svg') && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'hidden')
          .map((e) => e.textContent.trim().slice(0, 40))]);
      assert.ok(content <= window, `${path} is ${content} px wide`);
      assert.deepEqual(cut, [], path);
    }
  });
});

test('in forced colours the choice and the status are distinguishable', async () => {
  await withPage(browser, { width: 360, scripts: true, forcedColors: 'active' }, async (page) => {
    await page.goto(`${base}/in/whatsapp`);
    await page.locator('.tiles label').first().click();
    const [chosen, other, drops] = await page.evaluate(() => [
      getComputedStyle(document.querySelector('.tiles input:checked + span')).backgroundColor,
      getComputedStyle(document.querySelector('.tiles input:not(:checked) + span')).backgroundColor,
      getComputedStyle(document.querySelector('.drops')).stroke,
    ]);
    assert.notEqual(chosen, other);
    assert.notEqual(drops, 'none');
  });
});

test('there is no motion with reduced motion', async () => {
  await withPage(browser, { width: 360, scripts: true, reducedMotion: 'reduce' }, async (page) => {
    for (const path of ['/', '/in/whatsapp']) {
      await page.goto(base + path);
      const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
        const style = getComputedStyle(e);
        return style.animationName !== 'none' && parseFloat(style.animationDuration) > 0 || style.transitionDuration.split(', ').some((d) => parseFloat(d) > 0);
      }).map((e) => e.className));
      assert.deepEqual(moving, [], path);
    }
  });
});

// measure runs in the page: it lists texts whose contrast is under 4.5, by the
// formula of WCAG 2.2, and describes the land of the map.
function measure() {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => numbers(colour).slice(0, 3)
    .map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const backdrop = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const faint = [];
  for (const e of document.querySelectorAll('main *, header *, footer *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim() !== '');
    if (!own || e.closest('svg') || !e.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(backdrop(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) faint.push(`${e.tagName} ${e.textContent.trim().slice(0, 30)}: ${contrast.toFixed(2)}`);
  }
  const land = document.querySelector('.map .coast');
  const { width, height } = land.getBoundingClientRect();
  return {
    faint, paper: getComputedStyle(document.querySelector('.panel')).backgroundColor,
    land: { width, height, fill: getComputedStyle(land).fill },
  };
}
