import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliver, type Post } from './deliver.ts';
import { oldest, pageOf, waiting, type Outbox, type Report } from './report.ts';

const written = Date.parse('2026-11-18T12:00:00Z');
const form = new URLSearchParams({ service: 'bt', lang: 'cy', page: 'GB', key: 'k1', kind: 'problem' });

function outboxOf(...reports: Report[]): Outbox & { reports: Map<string, Report> } {
  const held = new Map(reports.map((report) => [report.key, report]));
  return {
    reports: held,
    all: async () => [...held.values()],
    put: async (report) => held.set(report.key, report),
    remove: async (key) => held.delete(key),
  };
}

test('a report that waited is sent once, with its key and when it was written', async () => {
  const sent: URLSearchParams[] = [];
  const post: Post = async (body) => {
    sent.push(new URLSearchParams(body));
    return { status: 200, url: '/cy/gb/bt/thanks?id=1' };
  };
  const outbox = outboxOf(waiting(form, written, () => 'unused'));
  assert.equal(await deliver(outbox, post, written + oldest - 1), true);
  assert.equal(await deliver(outbox, post, written + oldest - 1), true);
  assert.equal(sent.length, 1);
  assert.deepEqual([sent[0]!.get('key'), sent[0]!.get('since'), sent[0]!.get('kind')], ['k1', '2026-11-18T12:00:00.000Z', 'problem']);
  assert.deepEqual([outbox.reports.get('k1')!.state, outbox.reports.get('k1')!.address], ['sent', '/cy/gb/bt/thanks?id=1']);
});

test('a report of half an hour ago is not sent, and its sender is told', async () => {
  const outbox = outboxOf(waiting(form, written, () => ''));
  assert.equal(await deliver(outbox, () => { throw new Error('it was sent'); }, written + oldest), true);
  assert.deepEqual([outbox.reports.get('k1')!.state, outbox.reports.get('k1')!.address], ['old', '/cy/gb/bt']);
});

test('without a connection, or a server that can take it, it waits on', async () => {
  for (const post of [async () => { throw new TypeError('no connection'); }, async () => ({ status: 503, url: '' }), async () => ({ status: 429, url: '' })] as Post[]) {
    const outbox = outboxOf(waiting(form, written, () => ''));
    assert.equal(await deliver(outbox, post, written + 1000), false);
    assert.equal(outbox.reports.get('k1')!.state, 'waiting');
  }
});

test('a device whose clock is ahead sends it without the time', async () => {
  const since: (string | null)[] = [];
  const post: Post = async (body) => {
    since.push(new URLSearchParams(body).get('since'));
    return { status: since.at(-1) === null ? 200 : 422, url: '/thanks' };
  };
  const outbox = outboxOf(waiting(form, written, () => ''));
  await deliver(outbox, post, written);
  assert.deepEqual(since, ['2026-11-18T12:00:00.000Z', null]);
  assert.equal(outbox.reports.get('k1')!.state, 'sent');
});

test('what a server does not take is told, and not sent again', async () => {
  const outbox = outboxOf(waiting(form, written, () => ''));
  assert.equal(await deliver(outbox, async () => ({ status: 422, url: '' }), written), true);
  assert.equal(outbox.reports.get('k1')!.state, 'refused');
});

test('a form without a key gets one', () => {
  const bare = new URLSearchParams({ service: 'bt' });
  const report = waiting(bare, written, () => 'made');
  assert.equal(report.key, 'made');
  assert.equal(new URLSearchParams(report.body).get('key'), 'made');
  assert.equal(pageOf(bare), '/bt');
  assert.equal(pageOf(new URLSearchParams({ service: 'jio', lang: 'bn', page: 'IN' })), '/bn/in/jio');
});
