// The view of the map of one country, as pure functions: its centre, in units of
// the map, and its zoom factor.

export type View = { zoom: number; x: number; y: number };
export type Size = { width: number; height: number };
export type Box = { left: number; top: number; right: number; bottom: number };

export const margin = 4; // the free edge around a map, as the server draws it
export const closest = 64;
export const deepest = 6; // the highest zoom level of the server

const between = (low: number, x: number, high: number) => Math.min(Math.max(x, low), high);

export const whole = (mapSize: Size): View => ({ zoom: 1, x: mapSize.width / 2, y: mapSize.height / 2 });

// scale is how many pixels a unit of the map takes.
export function scale(view: View, mapSize: Size, viewport: Size): number {
  return view.zoom * Math.min(viewport.width / (mapSize.width + 2 * margin), viewport.height / (mapSize.height + 2 * margin));
}

// visible is the part of the map that the viewport shows, in units of the map.
export function visible(view: View, mapSize: Size, viewport: Size): Box {
  const s = scale(view, mapSize, viewport);
  const [w, h] = [viewport.width / s / 2, viewport.height / s / 2];
  return { left: view.x - w, right: view.x + w, top: view.y - h, bottom: view.y + h };
}

// held limits a view to the map.
export function held(view: View, mapSize: Size, viewport: Size): View {
  const zoom = between(1, view.zoom, closest);
  const s = scale({ ...view, zoom }, mapSize, viewport);
  const along = (at: number, side: number, shown: number) => {
    const half = shown / s / 2;
    return 2 * half >= side + 2 * margin ? side / 2 : between(half - margin, at, side + margin - half);
  };
  return { zoom, x: along(view.x, mapSize.width, viewport.width), y: along(view.y, mapSize.height, viewport.height) };
}

// pointAt is the point of the map at a pixel of the viewport.
export function pointAt(px: number, py: number, view: View, mapSize: Size, viewport: Size): { x: number; y: number } {
  const s = scale(view, mapSize, viewport);
  return { x: view.x + (px - viewport.width / 2) / s, y: view.y + (py - viewport.height / 2) / s };
}

// zoomed zooms by a factor; the point under a pixel stays under it.
export function zoomed(view: View, factor: number, px: number, py: number, mapSize: Size, viewport: Size): View {
  const zoom = between(1, view.zoom * factor, closest);
  const under = pointAt(px, py, view, mapSize, viewport);
  const part = view.zoom / zoom;
  return held({ zoom, x: under.x + (view.x - under.x) * part, y: under.y + (view.y - under.y) * part }, mapSize, viewport);
}

// panned moves the view by pixels.
export function panned(view: View, dx: number, dy: number, mapSize: Size, viewport: Size): View {
  const s = scale(view, mapSize, viewport);
  return held({ ...view, x: view.x - dx / s, y: view.y - dy / s }, mapSize, viewport);
}

// fitted shows a box, with some room around it.
export function fitted(box: Box, mapSize: Size, viewport: Size): View {
  const room = 1.6;
  const one = scale({ zoom: 1, x: 0, y: 0 }, mapSize, viewport);
  const zoom = Math.min(
    viewport.width / one / (room * (box.right - box.left)),
    viewport.height / one / (room * (box.bottom - box.top)),
  );
  return held({ zoom, x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 }, mapSize, viewport);
}

// windowOf is the smallest window of the server that holds the view: at depth z
// windows have 1/2^z of the sides of the map, and an answer covers one and a half
// of them, from every half one.
export function windowOf(view: View, mapSize: Size, viewport: Size): { z: number; x: number; y: number } {
  const seen = visible(view, mapSize, viewport);
  const [w, h] = [mapSize.width + 2 * margin, mapSize.height + 2 * margin];
  const left = Math.max(seen.left + margin, 0);
  const top = Math.max(seen.top + margin, 0);
  const fits = Math.min(w / (Math.min(seen.right + margin, w) - left), h / (Math.min(seen.bottom + margin, h) - top));
  const z = between(0, Math.floor(Math.log2(fits) + 1e-9), deepest);
  if (z === 0) return { z, x: 0, y: 0 };
  const half = (at: number, side: number) => between(0, Math.floor((2 * 2 ** z * at) / side + 1e-9), 2 * 2 ** z - 1);
  return { z, x: half(left, w), y: half(top, h) };
}
