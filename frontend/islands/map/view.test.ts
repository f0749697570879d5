import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest, deepest, fitted, held, margin, panned, pointAt, visible, whole, windowOf, zoomed, type View } from './view.ts';

const mapSize = { width: 640, height: 700 };
const stages = [{ width: 360, height: 360 }, { width: 734, height: 640 }, { width: 200, height: 900 }];

// random gives numbers from 0 to 1 that a seed decides.
function random(seed: number) {
  let state = seed % 2147483647 || 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test('what is under the pointer stays under it', () => {
  const [viewport] = stages as [typeof mapSize];
  const view = { zoom: 4, x: 300, y: 320 };
  const before = pointAt(100, 250, view, mapSize, viewport);
  const after = pointAt(100, 250, zoomed(view, 1.7, 100, 250, mapSize, viewport), mapSize, viewport);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-9);
});

test('nobody gets farther than the whole, closer than the closest, or off the map', () => {
  for (const viewport of stages) {
    assert.equal(zoomed(whole(mapSize), 0.1, 0, 0, mapSize, viewport).zoom, 1);
    assert.equal(zoomed(whole(mapSize), 1e9, 0, 0, mapSize, viewport).zoom, closest);
    const far = panned({ zoom: 5, x: 300, y: 300 }, -1e6, 1e6, mapSize, viewport);
    const seen = visible(far, mapSize, viewport);
    assert.ok(seen.right <= mapSize.width + margin + 1e-9 && seen.top >= -margin - 1e-9, JSON.stringify(seen));
    assert.deepEqual(held({ zoom: 1, x: 0, y: 0 }, mapSize, viewport), whole(mapSize));
  }
});

test('a box is shown whole', () => {
  const box = { left: 100, right: 180, top: 500, bottom: 520 };
  for (const viewport of stages) {
    const seen = visible(fitted(box, mapSize, viewport), mapSize, viewport);
    assert.ok(seen.left <= 100 && seen.right >= 180 && seen.top <= 500 && seen.bottom >= 520, JSON.stringify(seen));
  }
});

test('the window that is asked for holds the view, as the server cuts windows', () => {
  const seed = Date.now() % 2147483647;
  console.log(`seed ${seed}`);
  const next = random(seed);
  for (let i = 0; i < 3000; i++) {
    const viewport = stages[i % stages.length]!;
    const view: View = held({ zoom: 2 ** (6 * next()), x: next() * mapSize.width, y: next() * mapSize.height }, mapSize, viewport);
    const seen = visible(view, mapSize, viewport);
    const { z, x, y } = windowOf(view, mapSize, viewport);
    assert.ok(z >= 0 && z <= deepest);
    const holds = (start: number, side: number, from: number, to: number) => {
      const full = side + 2 * margin;
      const [low, high] = [full / 2 ** z * start / 2, full / 2 ** z * (start / 2 + 1.5)];
      return low <= Math.max(from + margin, 0) + 1e-6 && high >= Math.min(to + margin, full) - 1e-6;
    };
    assert.ok(holds(x, mapSize.width, seen.left, seen.right) && holds(y, mapSize.height, seen.top, seen.bottom), JSON.stringify({ view, z, x, y, seen }));
  }
});
