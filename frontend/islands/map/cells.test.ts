import assert from 'node:assert/strict';
import { test } from 'node:test';
import { around, cellAt, decoded, nearest, neighbour } from './cells.ts';

// Three squares in a row and one below the middle one, in units of a quarter.
const answer = {
  when: '', note: '', rows: [], legend: [], words: '', towns: ['Gaya'], town: [0, 0, 0, 0], names: ['Bihar', 'Odisha'], finer: 4,
  rings: [
    4, 0, 0, 40, 0, 0, 40, -40, 0,
    4, 40, 0, 40, 0, 0, 40, -40, 0,
    4, 40, 0, 40, 0, 0, 40, -40, 0,
    4, -40, 40, 40, 0, 0, 40, -40, 0,
  ],
  class: '1263', status: 'nouu', region: [0, 0, 1, 1], reports: [3, 90, 4, 12], expected: [3, 4.5, 0, 2],
};

test('columns become cells', () => {
  const cells = decoded(answer);
  assert.equal(cells.length, 4);
  assert.deepEqual(cells[1], {
    ring: [10, 0, 20, 0, 20, 10, 10, 10], x: 15, y: 5, class: 2, status: 'o', town: 'Gaya', region: 'Bihar', reports: 90, expected: 4.5,
  });
  assert.deepEqual(cells[3]!.ring, [10, 10, 20, 10, 20, 20, 10, 20]);
});

test('a point finds its cell, and the sea finds none', () => {
  const cells = decoded(answer);
  assert.equal(cellAt(cells, 15, 5)?.reports, 90);
  assert.equal(cellAt(cells, 15, 15)?.reports, 12);
  assert.equal(cellAt(cells, 5, 15), undefined);
  assert.equal(nearest(cells, 5, 15)?.class, 1);
  assert.equal(nearest([], 0, 0), undefined);
});

test('arrow keys go to the next cell that way, and stay where there is none', () => {
  const cells = decoded(answer);
  const from = cells[1]!;
  assert.equal(neighbour(cells, from, 1, 0), cells[2]);
  assert.equal(neighbour(cells, from, -1, 0), cells[0]);
  assert.equal(neighbour(cells, from, 0, 1), cells[3]);
  assert.equal(neighbour(cells, from, 0, -1), undefined);
});

test('the box around cells holds them', () => {
  assert.deepEqual(around(decoded(answer)), { left: 0, right: 30, top: 0, bottom: 20 });
  assert.equal(around([]), undefined);
});
