// The map client of one country: a canvas from the first interaction on.

import { around, cellAt, nearest, neighbour, type Cell } from './cells.ts';
import { gestures } from './gestures.ts';
import { layered, paint, palette, type Layer, type Town } from './paint.ts';
import type { Found, Source } from './source.ts';
import * as views from './view.ts';
import type { Size, View } from './view.ts';

export type Moment = { from: string; to: string };

const least = 0.5; // fewer expected make no ratio
const step = 80; // pixels that one press of a button moves the map

export class MapClient {
  readonly country: string;
  view: View;
  private mapSize: Size;
  private viewport: HTMLElement;
  private drawing: SVGSVGElement;
  private canvas?: HTMLCanvasElement;
  private land: Path2D;
  private borders: Path2D;
  private towns: Town[];
  private base: Cell[] = [];
  private near: Cell[] = [];
  private layers: Layer[] = [];
  private chosen?: Cell | undefined;
  private shown = '';
  private waiting = 0;

  constructor(private panel: HTMLElement, private source: Source, private moment: Moment, private changed: () => void) {
    this.country = panel.dataset.country!;
    this.mapSize = { width: Number(panel.dataset.width), height: Number(panel.dataset.height) };
    this.view = views.whole(this.mapSize);
    this.viewport = panel.querySelector('.viewport')!;
    this.drawing = this.viewport.querySelector('svg')!;
    const line = (of: string) => new Path2D(this.drawing.querySelector(of)!.getAttribute('d')!);
    this.land = line('.coast');
    this.borders = line('.border');
    this.towns = [...this.drawing.querySelectorAll('.towns text')].map((text) => {
      const before = text.classList.contains('e');
      return { name: text.textContent!, before, x: Number(text.getAttribute('x')) + (before ? 8 : -8), y: Number(text.getAttribute('y')) - 7 };
    });
    this.controls();
  }

  private get area(): { country: string; scale: string } { return { country: this.country, scale: this.panel.dataset.scale! }; }

  private get size(): Size {
    const { clientWidth, clientHeight } = this.viewport;
    return { width: clientWidth, height: clientHeight };
  }

  // look changes the view.
  look(view: View): void {
    this.view = views.held(view, this.mapSize, this.size);
    this.start();
    this.draw();
    void this.load();
    this.changed();
  }

  // show changes the time. It returns false if the cells cannot be loaded, and the
  // last ones stay.
  async show(moment: Moment): Promise<boolean> {
    this.moment = moment;
    this.start();
    return this.load();
  }

  ready(moment: Moment): void {
    this.source.ask({ ...this.area, ...moment, z: 0, x: 0, y: 0 }).catch(() => undefined);
  }

  // start replaces the SVG with the canvas.
  private start(): void {
    if (this.canvas) return;
    this.canvas = document.createElement('canvas');
    this.canvas.setAttribute('aria-hidden', 'true');
    this.viewport.append(this.canvas);
    void this.refine();
    new ResizeObserver(() => { this.view = views.held(this.view, this.mapSize, this.size); this.draw(); }).observe(this.viewport);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  // refine replaces the coastline of the SVG with a finer one.
  private async refine(): Promise<void> {
    try {
      const { finer, coast, borders } = await (await fetch(this.panel.dataset.land!)).json() as { finer: number; coast: string; borders: string };
      const line = (d: string) => {
        const path = new Path2D();
        path.addPath(new Path2D(d), { a: 1 / finer, d: 1 / finer });
        return path;
      };
      [this.land, this.borders] = [line(coast), line(borders)];
      this.draw();
    } catch {
      // The coarse lines stay.
    }
  }

  private draw(): void {
    if (this.waiting || !this.canvas) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      if (!this.layers.length) return; // the SVG is still right
      paint(this.canvas!, {
        view: this.view, mapSize: this.mapSize, viewport: this.size, land: this.land, borders: this.borders, towns: this.towns, layers: this.layers,
        chosen: this.chosen,
      }, palette(this.viewport));
      this.drawing.classList.add('under');
    });
  }

  // load requests the cells of the whole country, and finer ones of the visible
  // part.
  private async load(): Promise<boolean> {
    const part = views.windowOf(this.view, this.mapSize, this.size);
    const asked = JSON.stringify([this.moment, part]);
    if (asked === this.shown) return true;
    this.shown = asked;
    const of = (window: typeof part) => this.source.ask({ ...this.area, ...this.moment, ...window });
    try {
      const [base, near] = await Promise.all([of({ z: 0, x: 0, y: 0 }), of(part)]);
      if (this.shown !== asked) return true; // another time was chosen since
      this.take(base, part.z > 0 ? near : undefined);
      this.fail(false);
      return true;
    } catch {
      if (this.shown === asked) this.shown = '';
      this.fail(true);
      return false;
    }
  }

  private take(base: Found, near?: Found): void {
    const finer = near && near.finer > base.finer;
    this.base = base.cells;
    this.near = finer ? near.cells : [];
    this.layers = [layered(this.base), ...(finer ? [layered(this.near)] : [])];
    const at = this.chosen;
    if (at) this.select(this.find(at.x, at.y));
    this.panel.querySelector('.when')!.textContent = base.when;
    this.panel.querySelector('.note')!.textContent = base.note;
    this.panel.querySelector('.words')!.textContent = base.words;
    this.table(base.rows);
    const { legend } = finer ? near : base;
    this.panel.querySelectorAll('.legend li').forEach((item, at) => { item.textContent = legend[at] ?? item.textContent; });
    this.draw();
  }

  private fail(failed: boolean): void {
    this.panel.querySelector<HTMLElement>('.failed')!.hidden = !failed;
  }

  private get cells(): Cell[] { return this.near.length ? this.near : this.base; }

  private find(x: number, y: number): Cell | undefined {
    return cellAt(this.near, x, y) ?? cellAt(this.base, x, y);
  }

  // select shows the values of a cell.
  private select(cell?: Cell): void {
    this.chosen = cell;
    const words = this.panel.querySelector<HTMLElement>('.cell')!;
    words.hidden = !cell;
    if (cell) {
      const { lang } = document.documentElement;
      const number = (n: number) => n.toLocaleString(lang === 'en' ? `en-${this.country}` : lang, { maximumFractionDigits: n < 10 ? 1 : 0 });
      const values: Record<string, string> = {
        town: cell.town,
        region: cell.region,
        reports: number(cell.reports),
        expected: cell.expected ? number(cell.expected) : '–',
        ratio: cell.expected < least ? '–' : cell.reports > 100 * cell.expected ? `> ${number(100)}` : number(cell.reports / cell.expected),
        status: words.dataset.words!.split('|')['oenu'.indexOf(cell.status || '-')] ?? '',
      };
      for (const place of words.querySelectorAll<HTMLElement>('[data-of]')) {
        place.textContent = values[place.dataset.of!] ?? '';
        place.parentElement!.hidden = !place.textContent;
      }
    }
    this.draw();
  }

  // table fills the table of regions, each with a button that shows it on the map.
  private table(rows: [string, string, number][]): void {
    const body = this.panel.querySelector('tbody')!;
    const at = document.activeElement instanceof HTMLButtonElement && body.contains(document.activeElement) ? document.activeElement.textContent : '';
    const sample = this.panel.querySelector<HTMLTemplateElement>('template')!;
    body.replaceChildren(...rows.map(([name, number, width]) => {
      const row = sample.content.cloneNode(true) as DocumentFragment;
      const button = row.querySelector('button')!;
      button.textContent = name;
      button.onclick = () => this.visit(name);
      row.querySelector('rect')!.setAttribute('width', `${width}%`);
      row.querySelector('td:last-child')!.textContent = number;
      return row;
    }));
    if (at) [...body.querySelectorAll('button')].find((b) => b.textContent === at)?.focus();
    this.panel.querySelector<HTMLElement>('.empty')!.hidden = rows.length > 0;
  }

  private visit(region: string): void {
    const cells = this.base.filter((cell) => cell.region === region);
    const box = around(cells);
    if (!box) return;
    this.look(views.fitted(box, this.mapSize, this.size));
    this.select(cells.reduce((most, cell) => (cell.reports > most.reports ? cell : most)));
  }

  private controls(): void {
    const middle = () => [this.size.width / 2, this.size.height / 2] as const;
    const zoom = (factor: number, [x, y]: readonly [number, number] = middle()) => this.look(views.zoomed(this.view, factor, x, y, this.mapSize, this.size));
    const pan = (dx: number, dy: number) => this.look(views.panned(this.view, dx, dy, this.mapSize, this.size));
    const does: Record<string, () => void> = {
      in: () => zoom(2), out: () => zoom(0.5), whole: () => this.look(views.whole(this.mapSize)),
      left: () => pan(step, 0), right: () => pan(-step, 0), up: () => pan(0, step), down: () => pan(0, -step),
    };
    const tools = this.panel.querySelector<HTMLElement>('.tools')!;
    tools.hidden = false;
    for (const button of tools.querySelectorAll('button')) button.onclick = () => does[button.dataset.do!]!();

    const point = (x: number, y: number) => views.pointAt(x, y, this.view, this.mapSize, this.size);
    gestures(this.viewport, {
      zoom: (factor, x, y) => zoom(factor, [x, y]),
      pan,
      closer: () => this.view.zoom > 1.01,
      tap: async (x, y) => {
        this.start();
        if (await this.load()) this.select(this.find(point(x, y).x, point(x, y).y));
      },
    });
    // Cells that are likely to be needed next are loaded in advance.
    this.panel.addEventListener('pointerenter', () => this.ready(this.moment), { once: true });
    this.viewport.tabIndex = 0;
    this.viewport.onkeydown = (event) => this.key(event, does);
  }

  // key moves the selection from cell to cell; with shift it moves the map.
  private key(event: KeyboardEvent, does: Record<string, () => void>): void {
    const ways: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const names: Record<string, string> = { '+': 'in', '=': 'in', '-': 'out', '0': 'whole', Home: 'whole' };
    const way = ways[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (way && event.shiftKey) does[event.key.slice(5).toLowerCase()]!();
    else if (way) void this.walk(...way);
    else if (names[event.key]) does[names[event.key]!]!();
    else if (event.key === 'Escape') this.select();
    else return;
    event.preventDefault();
  }

  private async walk(dx: number, dy: number): Promise<void> {
    this.start();
    if (!(await this.load())) return;
    const next = this.chosen ? neighbour(this.cells, this.chosen, dx, dy) : nearest(this.cells, this.view.x, this.view.y);
    if (!next) return;
    const seen = views.visible(this.view, this.mapSize, this.size);
    if (next.x < seen.left || next.x > seen.right || next.y < seen.top || next.y > seen.bottom) this.look({ ...this.view, x: next.x, y: next.y });
    this.select(next);
  }
}
