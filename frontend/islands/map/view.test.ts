import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest, deepest, fitted, held, margin, panned, pointAt, visible, whole, windowOf, zoomed, type View } from './view.ts';

const sheet = { width: 640, height: 700 };
const stages = [{ width: 360, height: 360 }, { width: 734, height: 640 }, { width: 200, height: 900 }];

// random gives numbers from 0 to 1 that a seed decides.
function random(seed: number) {
  let state = seed % 2147483647 || 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test('what is under the pointer stays under it', () => {
  const [stage] = stages as [typeof sheet];
  const view = { zoom: 4, x: 300, y: 320 };
  const before = pointAt(100, 250, view, sheet, stage);
  const after = pointAt(100, 250, zoomed(view, 1.7, 100, 250, sheet, stage), sheet, stage);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-9);
});

test('nobody gets farther than the whole, closer than the closest, or off the map', () => {
  for (const stage of stages) {
    assert.equal(zoomed(whole(sheet), 0.1, 0, 0, sheet, stage).zoom, 1);
    assert.equal(zoomed(whole(sheet), 1e9, 0, 0, sheet, stage).zoom, closest);
    const far = panned({ zoom: 5, x: 300, y: 300 }, -1e6, 1e6, sheet, stage);
    const seen = visible(far, sheet, stage);
    assert.ok(seen.right <= sheet.width + margin + 1e-9 && seen.top >= -margin - 1e-9, JSON.stringify(seen));
    assert.deepEqual(held({ zoom: 1, x: 0, y: 0 }, sheet, stage), whole(sheet));
  }
});

test('a box is shown whole', () => {
  const box = { left: 100, right: 180, top: 500, bottom: 520 };
  for (const stage of stages) {
    const seen = visible(fitted(box, sheet, stage), sheet, stage);
    assert.ok(seen.left <= 100 && seen.right >= 180 && seen.top <= 500 && seen.bottom >= 520, JSON.stringify(seen));
  }
});

test('the window that is asked for holds the view, as the server cuts windows', () => {
  const seed = Date.now() % 2147483647;
  console.log(`seed ${seed}`);
  const next = random(seed);
  for (let i = 0; i < 3000; i++) {
    const stage = stages[i % stages.length]!;
    const view: View = held({ zoom: 2 ** (6 * next()), x: next() * sheet.width, y: next() * sheet.height }, sheet, stage);
    const seen = visible(view, sheet, stage);
    const { z, x, y } = windowOf(view, sheet, stage);
    assert.ok(z >= 0 && z <= deepest);
    const holds = (start: number, side: number, from: number, to: number) => {
      const full = side + 2 * margin;
      const [low, high] = [full / 2 ** z * start / 2, full / 2 ** z * (start / 2 + 1.5)];
      return low <= Math.max(from + margin, 0) + 1e-6 && high >= Math.min(to + margin, full) - 1e-6;
    };
    assert.ok(holds(x, sheet.width, seen.left, seen.right) && holds(y, sheet.height, seen.top, seen.bottom), JSON.stringify({ view, z, x, y, seen }));
  }
});
