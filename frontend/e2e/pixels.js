// What is truly drawn, as pixels.

// colours counts the pixels of each class, and the land, in a picture of an
// element. It asks a page without a policy to decode the picture.
export async function colours(browser, page, part) {
  const wanted = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement);
    return Object.fromEntries(['k1', 'k2', 'k3', 'k4', 'k5', 'land'].map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  });
  const picture = (await part.screenshot()).toString('base64');
  const decoder = await browser.newPage();
  try {
    return await decoder.evaluate(async ([data, colours]) => {
      const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
      const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
      pen.drawImage(image, 0, 0);
      const { data: pixels } = pen.getImageData(0, 0, image.width, image.height);
      const counts = {};
      for (const [name, colour] of Object.entries(colours)) {
        const hex = colour.length === 4 ? colour.replace(/[0-9a-f]/gi, '$&$&') : colour;
        const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
        counts[name] = 0;
        for (let i = 0; i < pixels.length; i += 4) {
          if (Math.abs(pixels[i] - r) + Math.abs(pixels[i + 1] - g) + Math.abs(pixels[i + 2] - b) < 6) counts[name]++;
        }
      }
      return counts;
    }, [picture, wanted]);
  } finally {
    await decoder.close();
  }
}
