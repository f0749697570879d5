import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edited, have, loaded, taken } from './parts.ts';

test('edits keep, leave out and put in, in characters of UTF-16', () => {
  assert.equal(edited('41 reports', [-2, '52', 8]), '52 reports');
  assert.equal(edited('৪১ জন 🌧 এখন', [3, -2, 'মানুষ', 1, 2, 4]), '৪১ মানুষ 🌧 এখন');
  assert.equal(edited('', ['new']), 'new');
  assert.equal(edited('abc', [9]), 'abc');
});

test('a part whose text is not known is sent whole, and then in edits', () => {
  let parts = [{ hash: 'a1' }, { hash: 'b1' }];
  assert.equal(have(parts), 'a1-.b1-');
  parts = taken(parts, { have: 'a2.b1', parts: [['<p>1'], null] });
  assert.equal(have(parts), 'a2.b1-');
  parts = taken(parts, { have: 'a3.b1', parts: [[3, -1, '2'], null] });
  assert.deepEqual(parts, [{ hash: 'a3', html: '<p>2' }, { hash: 'b1' }]);
});

test('the texts of parts are those in the source of the page', () => {
  const source = '<i data-have="a1.b1"></i><div class="part" id="part-x"><div>1</div></div><p><div class="part" id="part-y"></div><div>';
  assert.deepEqual(loaded('a1.b1', source), [
    { hash: 'a1', html: '<div class="part" id="part-x"><div>1</div></div>' }, { hash: 'b1', html: '<div class="part" id="part-y"></div>' },
  ]);
  assert.equal(have(loaded('a2.b1', source)), 'a2-.b1-', 'the source is of another snapshot');
  assert.equal(have(loaded('a1.b1')), 'a1-.b1-');
  assert.equal(have(loaded('a1.b1', '<i data-have="a1.b1"></i><div class="part"><div>')).slice(-1), '-', 'cut short');
});
