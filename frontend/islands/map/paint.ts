// Drawing a view of the map on a canvas, in device pixels.

import type { Cell } from './cells.ts';
import { scale, type Size, type View } from './view.ts';

export type Palette = { classes: string[]; land: string; edge: string; soft: string; rim: string; card: string; ink: string };

// Layer holds the cells of one resolution, a path for a class.
export type Layer = (Path2D | undefined)[];

export type Town = { name: string; before: boolean; x: number; y: number };

export type Picture = {
  view: View;
  mapSize: Size;
  viewport: Size;
  land: Path2D;
  borders: Path2D;
  towns: Town[];
  layers: Layer[]; // the coarse ones first
  chosen?: Cell | undefined;
};

export const hatched = 6; // the class for too few reports

// palette reads the colours of the page, which follow its scheme.
export function palette(of: Element): Palette {
  const style = getComputedStyle(of);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    classes: [1, 2, 3, 4, 5].map((k) => read(`--k${k}`)),
    land: read('--land'), edge: read('--edge'), soft: read('--soft'), rim: read('--rim'), card: read('--card'), ink: read('--ink'),
  };
}

export function outline({ ring }: Cell, path = new Path2D()): Path2D {
  path.moveTo(ring[0]!, ring[1]!);
  for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i]!, ring[i + 1]!);
  path.closePath();
  return path;
}

export function layered(cells: Cell[]): Layer {
  const layer: Layer = [];
  for (const cell of cells) layer[cell.class] = outline(cell, layer[cell.class]);
  return layer;
}

export function paint(canvas: HTMLCanvasElement, picture: Picture, colours: Palette): void {
  const { view, mapSize, viewport, layers } = picture;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(viewport.width * ratio), Math.round(viewport.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const pen = canvas.getContext('2d')!;
  const s = scale(view, mapSize, viewport) * ratio;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.setTransform(s, 0, 0, s, width / 2 - view.x * s, height / 2 - view.y * s);
  pen.lineJoin = 'round';

  pen.fillStyle = colours.land;
  pen.fill(picture.land, 'evenodd');
  const thin = (pixels: number) => { pen.lineWidth = (pixels * ratio) / s; };
  const colour = (k: number) => (k === hatched ? hatch(pen, colours.soft, ratio, s) : colours.classes[k - 1]!);
  layers.forEach((layer, depth) => {
    pen.globalAlpha = depth < layers.length - 1 ? 0.45 : 1;
    thin(0.7);
    layer.forEach((path, k) => {
      pen.fillStyle = colour(k);
      pen.strokeStyle = colours.rim;
      pen.fill(path!);
      pen.stroke(path!);
    });
  });
  pen.globalAlpha = 0.8;
  thin(1);
  pen.strokeStyle = colours.edge;
  pen.stroke(picture.borders);
  pen.globalAlpha = 1;
  thin(1.2);
  pen.stroke(picture.land);
  names(pen, picture.towns, colours, ratio, s);
  if (picture.chosen) {
    const path = outline(picture.chosen);
    thin(7); // most of it is outside, so that a small cell keeps its colour
    pen.strokeStyle = colours.ink;
    pen.stroke(path);
    pen.fillStyle = colours.land;
    pen.fill(path);
    pen.fillStyle = colour(picture.chosen.class);
    pen.fill(path);
  }
}

// names writes towns beside their dots. Letters keep their size.
function names(pen: CanvasRenderingContext2D, towns: Town[], colours: Palette, ratio: number, s: number): void {
  const unit = ratio / s;
  pen.font = `600 ${13 * unit}px system-ui, sans-serif`;
  pen.textBaseline = 'middle';
  pen.strokeStyle = colours.card;
  pen.fillStyle = colours.ink;
  pen.lineWidth = 3 * unit;
  for (const { name, before, x, y } of towns) {
    const at = x + (before ? -5 : 5) * unit;
    pen.textAlign = before ? 'right' : 'left';
    pen.strokeText(name, at, y);
    pen.fillText(name, at, y);
    pen.fillRect(x - 2 * unit, y - 2 * unit, 4 * unit, 4 * unit);
  }
}

// hatch is the pattern for too few reports. Its lines keep their width.
function hatch(pen: CanvasRenderingContext2D, colour: string, ratio: number, s: number): CanvasPattern {
  const side = Math.round(6 * ratio);
  const tile = new OffscreenCanvas(side, side);
  const line = tile.getContext('2d')!;
  line.strokeStyle = colour;
  line.lineWidth = 1.3 * ratio;
  for (const shift of [-side, 0, side]) {
    line.moveTo(shift - side, 2 * side);
    line.lineTo(shift + 2 * side, -side);
  }
  line.stroke();
  const pattern = pen.createPattern(tile, 'repeat')!;
  pattern.setTransform(new DOMMatrix().scale(1 / s));
  return pattern;
}
