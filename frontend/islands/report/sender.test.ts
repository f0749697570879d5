import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coarse, countryOf, tokenOf } from './sender.ts';

test('the clock of a device hints at its country', () => {
  const zones = 'GB Europe/London IN Asia/Calcutta Asia/Kolkata';
  assert.equal(countryOf(zones, 'Asia/Kolkata'), 'IN');
  assert.equal(countryOf(zones, 'Asia/Calcutta'), 'IN');
  assert.equal(countryOf(zones, 'Europe/London'), 'GB');
  assert.equal(countryOf(zones, 'Europe/Jersey'), '');
  assert.equal(countryOf(zones, 'IN'), '');
  assert.equal(countryOf('', ''), '');
});

test('a coordinate goes out to about a kilometre', () => {
  assert.equal(coarse(22.572646), '22.57');
  assert.equal(coarse(-0.004), '-0.00');
});

test('a token lasts a day, and nothing is said where nothing is kept', () => {
  const values = new Map<string, string>();
  const kept = { getItem: (k: string) => values.get(k) ?? null, setItem: (k: string, v: string) => void values.set(k, v) };
  let made = 0;
  const random = () => `t${++made}`;
  const morning = new Date('2026-11-18T00:05:00Z');
  assert.equal(tokenOf(kept, morning, random), 't1');
  assert.equal(tokenOf(kept, new Date('2026-11-18T23:59:00Z'), random), 't1');
  assert.equal(tokenOf(kept, new Date('2026-11-19T00:00:00Z'), random), 't2');
  const shut = { getItem: () => { throw new Error('refused'); }, setItem: () => {} };
  assert.equal(tokenOf(shut, morning, random), '');
});
