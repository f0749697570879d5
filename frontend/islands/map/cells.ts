// The cells that the server sends, and how to find one.

import type { Box } from './view.ts';

export type Answer = {
  when: string;
  note: string;
  words: string;
  rows: [string, string, number][];
  legend: string[];
  names: string[];
  towns: string[];
  town: number[];
  finer: number;
  rings: number[];
  class: string;
  status: string;
  region: number[];
  reports: number[];
  expected: number[];
};

// A Cell is one area. Its ring has x and y in turn, in units of the map.
export type Cell = {
  ring: number[];
  x: number;
  y: number;
  class: number;
  status: string;
  town: string;
  region: string;
  reports: number;
  expected: number;
};

// decoded reads the columns of an answer.
export function decoded(answer: Answer): Cell[] {
  const { rings, finer } = answer;
  const cells: Cell[] = [];
  let [startX, startY] = [0, 0];
  for (let at = 0, i = 0; at < rings.length; i++) {
    const corners = rings[at++] ?? 0;
    const ring: number[] = [];
    let [x, y] = [startX, startY];
    for (let c = 0; c < corners; c++) {
      x += rings[at++] ?? 0;
      y += rings[at++] ?? 0;
      if (c === 0) [startX, startY] = [x, y];
      ring.push(x / finer, y / finer);
    }
    cells.push({
      ring,
      ...middle(ring),
      class: Number(answer.class[i]),
      status: answer.status[i] ?? '',
      town: answer.towns[answer.town[i] ?? 0] ?? '',
      region: answer.names[answer.region[i] ?? 0] ?? '',
      reports: answer.reports[i] ?? 0,
      expected: answer.expected[i] ?? 0,
    });
  }
  return cells;
}

function middle(ring: number[]): { x: number; y: number } {
  let [x, y] = [0, 0];
  for (let i = 0; i < ring.length; i += 2) {
    x += ring[i]!;
    y += ring[i + 1]!;
  }
  const n = ring.length / 2 || 1;
  return { x: x / n, y: y / n };
}

// cellAt is the cell that holds a point: its ring is crossed an odd number of
// times on the way out.
export function cellAt(cells: Cell[], x: number, y: number): Cell | undefined {
  return cells.find(({ ring }) => {
    let inside = false;
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      const [x1, y1, x2, y2] = [ring[i]!, ring[i + 1]!, ring[j]!, ring[j + 1]!];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
    return inside;
  });
}

// nearest is the cell closest to a point.
export function nearest(cells: Cell[], x: number, y: number): Cell | undefined {
  return least(cells, (cell) => (cell.x - x) ** 2 + (cell.y - y) ** 2);
}

// neighbour is the next cell from one in a direction: the closest of those that
// lie more that way than aside.
export function neighbour(cells: Cell[], from: Cell, dx: number, dy: number): Cell | undefined {
  return least(cells, (cell) => {
    const [x, y] = [cell.x - from.x, cell.y - from.y];
    const [along, aside] = [x * dx + y * dy, Math.abs(x * dy - y * dx)];
    return along > 0.01 && along >= aside ? along + 2 * aside : Infinity;
  });
}

function least(cells: Cell[], of: (cell: Cell) => number): Cell | undefined {
  let [best, found]: [number, Cell | undefined] = [Infinity, undefined];
  for (const cell of cells) {
    const cost = of(cell);
    if (cost < best) [best, found] = [cost, cell];
  }
  return found;
}

// around is the bounding box of cells, undefined for none.
export function around(cells: Cell[]): Box | undefined {
  if (cells.length === 0) return undefined;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { ring } of cells) {
    for (let i = 0; i < ring.length; i += 2) {
      box.left = Math.min(box.left, ring[i]!);
      box.right = Math.max(box.right, ring[i]!);
      box.top = Math.min(box.top, ring[i + 1]!);
      box.bottom = Math.max(box.bottom, ring[i + 1]!);
    }
  }
  return box;
}
