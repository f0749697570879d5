import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reading, stepAt } from './value.ts';

const steps = { from: 100, step: 10, counts: [3, 0, 14], expected: ['2.5'] };

test('a step is that under the point, and stays within the chart', () => {
  assert.deepEqual([-4, 0, 1, 2, 9].map((at) => stepAt(steps, at)), [0, 0, 1, 2, 2]);
});

test('a step has its time, its reports and what is usual', () => {
  const text = '%t: %n reports|; %e is usual';
  assert.equal(reading(steps, 2, text, String, String), '120: 14 reports; 2.5 is usual');
  assert.equal(reading({ ...steps, expected: [''] }, 0, text, String, String), '100: 3 reports');
});
