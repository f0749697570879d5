// The commands of docs/recipes.md, as they stand there but for the names of hosts and keys,
// against a server of this tree.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createECDH, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { program, serve } from './server.js';

const run = promisify(execFile);
const recipes = readFileSync(new URL('../../docs/recipes.md', import.meta.url), 'utf8');
const section = (title) => recipes.split(/^## /m).find((text) => text.startsWith(title));

// commands are the indented lines of a section, those that go on joined.
const commands = (title) => section(title).match(/(?:^ {4}.*\n)+/gm).join('').replaceAll('\\\n', ' ').split('\n').map((line) => line.trim()).filter(Boolean);

let server;
let key;
let receiver;
const received = [];
before(async () => {
  const [, made, line] = /key: +(\S+)\nline: (.+)\n/.exec(execFileSync(program, ['key', 'ops'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  key = made;
  receiver = createServer((request, response) => {
    received.push(`${request.method} ${request.headers['content-type']}`);
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  server = await serve(`${line}\n`, '--webhook-private', '--push-services', '127.0.0.1');
  for (const place of ['LS1', 'M1', 'B1']) { // three sites, so that the numbers are shown
    for (const last of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const answer = await fetch(`${server.base}/api/v1/reports`, {
        method: 'POST', headers: { 'content-type': 'application/json', 'x-forwarded-for': `81.${place.charCodeAt(0)}.${last}.9` },
        body: JSON.stringify({ service: 'whatsapp', place, country: 'GB' }),
      });
      assert.equal(answer.status, 202, await answer.text());
    }
  }
});
after(async () => {
  await server?.stop();
  receiver?.close();
});

// shell runs a command with the names of this test, and returns what it prints.
async function shell(command, names = {}) {
  const text = Object.entries({ 'https://HOST': server.base, 'Bearer KEY': `Bearer ${key}`, ...names }).reduce((line, [from, to]) => line.replaceAll(from, to), command);
  return (await run('sh', ['-c', text.replace(/^curl /, 'curl -sS --fail-with-body ')], { cwd: server.folder })).stdout;
}
const own = () => `http://127.0.0.1:${receiver.address().port}/hook`;

test('chats and pagers', async () => {
  const [make, send] = commands('Chats and pagers');
  const { id } = JSON.parse(await shell(make, { 'https://hooks.slack.com/services/…': own() }));
  const result = JSON.parse(await shell(send, { '/ID/': `/${id}/` }));
  assert.equal(result.status, 200);
  assert.deepEqual(received, ['POST application/json']);
});

test('messages on devices', async () => {
  const [, offer, subscribe, stop] = commands('Messages on devices');
  assert.match(JSON.parse(await shell(offer)).key, /^B[\w-]{86}$/);
  const point = createECDH('prime256v1').generateKeys('base64url');
  const { id } = JSON.parse(await shell(subscribe, { 'https://push.example/…': own(), P256DH: point, AUTH: randomBytes(16).toString('base64url') }));
  assert.match(id, /^ps_/);
  assert.equal(await shell(stop, { '/ID': `/${id}` }), '');
});

test('DuckDB', async () => {
  const [, block] = /```sql\n([^]*?)```/.exec(section('DuckDB'));
  const [files, incidents] = block.split(';').map((text) => text.trim()).filter(Boolean);
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  // Its extension for HTTP comes from a site of its own, so that it reads what curl fetched.
  let n = 0;
  const query = async (sql, text) => {
    const [, url] = /'(https:[^']+)'/.exec(sql);
    const file = join(server.folder, `${n += 1}`);
    writeFileSync(file, text ?? await (await fetch(url.replace('https://HOST', server.base))).text());
    return (await db.runAndReadAll(sql.replace(url, file))).getRowObjectsJson();
  };
  const rows = await query(files);
  assert.ok(rows.length > 0 && rows.every((row) => row.lat && row.lng), JSON.stringify(rows));
  assert.deepEqual(await query(incidents), []); // none is open here
  const golden = readFileSync(new URL('../../api/testdata/golden/incidents-page.txt', import.meta.url), 'utf8');
  const [first] = await query(incidents, golden.slice(golden.indexOf('\n\n')));
  assert.match(first.id, /^[a-z-]+-\d{8}T\d{4}Z$|^whatsapp-/);
  assert.ok(first.service && first.opened_at && Number(first.total) > 0, JSON.stringify(first));
});

const gdal = (() => {
  try {
    return execFileSync('ogr2ogr', ['--version'], { encoding: 'utf8' });
  } catch {
    return null;
  }
})();
test('GDAL', { skip: !gdal && !process.env.CI && 'ogr2ogr is not installed (gdal-bin)' }, async () => {
  const [convert] = commands('GDAL');
  await shell(convert);
  const said = execFileSync('ogrinfo', ['-so', '-al', join(server.folder, 'reports.gpkg')], { encoding: 'utf8' });
  assert.match(said, /Geometry: (Multi )?Polygon/);
  assert.match(said, /Feature Count: [1-9]/);
});

test('the fields that other tools are to read exist', async () => {
  const get = async (title) => {
    const [, path] = /https:\/\/HOST(\/[^`\s]+)/.exec(section(title));
    return (await fetch(server.base + path)).json();
  };
  const { items } = await get('Grafana');
  for (const [, column] of section('Grafana').matchAll(/`(t|reports|expected|upper)`/g)) assert.ok(column in items[0], column);
  const { status } = await get('Home Assistant');
  assert.ok(status.GB.status);
  for (const name of /json_attributes: \[(.+)\]/.exec(section('Home Assistant'))[1].split(', ')) assert.ok(name in status.GB, name);
  for (const title of ['Uptime Kuma', 'Zabbix']) {
    assert.match(section(title), /status\.GB\.status/);
    assert.ok((await get(title)).status.GB.status);
  }
});
