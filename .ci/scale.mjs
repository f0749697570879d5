// Computes the tables of docs/scale.md from its table of figures: run it after a figure
// changed. With --check it fails where a table differs, as in lint.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'docs/scale.md';
const text = readFileSync(file, 'utf8');

// figure is a number of the table of figures, by the name in backticks of its row.
function figure(name) {
  const row = new RegExp(`^\\| \`${name}\` \\| ([0-9.,]+) `, 'm').exec(text);
  if (!row) throw new Error(`${file} has no figure ${name}`);
  return Number(row[1].replaceAll(',', ''));
}

const rates = [100, 1_000, 10_000, 100_000];
const use = figure('use') / 100;
const zones = figure('zones');
const spare = zones / (zones - 1);
const whole = (n) => Math.ceil(n - 1e-9);
const number = (n) => n.toLocaleString('en-US', { maximumFractionDigits: n < 0.1 ? 2 : n < 10 ? 1 : 0 });
const memory = (bytes) => (bytes < 1e9 ? `${number(bytes / 1e6)} MB` : bytes < 1e12 ? `${number(bytes / 1e9)} GB` : `${number(bytes / 1e12)} TB`);
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const cores = (rate, cost) => (rate * figure(cost)) / 1e6;
const planned = (rate, cost) => (cores(rate, cost) / use) * spare;

// The counters have 16 shards, and a shard has one master.
const shards = 16;
function masters(rate) {
  const busy = cores(rate, 'redis');
  const most = whole(busy / use);
  return most <= shards ? String(most) : busy <= shards ? `${shards}, used to ${number((busy / shards) * 100)} %` : 'too many';
}

const made = {
  cores: table(['reports a second', 'server: busy / planned', 'Redis: busy / masters', 'ClickHouse: busy / planned', 'inserting: share of one batch after another'], rates.map((rate) => [
    number(rate),
    `${number(cores(rate, 'server'))} / ${whole(planned(rate, 'server'))} cores`,
    `${number(cores(rate, 'redis'))} / ${masters(rate)}`,
    `${number(cores(rate, 'archive'))} / ${whole(planned(rate, 'archive'))} cores`,
    `${number((rate / figure('inserts')) * 100)} %`,
  ])),
  memory: table(['reports a second', 'Redis: half hour of distinct reporters', 'Redis: report log, an hour behind', 'traffic in and out'], rates.map((rate) => [
    number(rate),
    memory(rate * 1800 * figure('person')),
    memory(rate * 3600 * figure('log')),
    `${number((rate * figure('traffic') * 8) / 1e6)} Mbit/s`,
  ])),
  disk: table(['reports a second, on average', 'a day', '400 days', 'with two more replicas'], rates.map((rate) => [
    number(rate),
    memory(rate * 86_400 * figure('disk')),
    memory(rate * 86_400 * 400 * figure('disk')),
    memory(rate * 86_400 * 400 * figure('disk') * 3),
  ])),
  series: table(['countries', 'series', 'a tick of a minute', 'state of the detector'], [2, 10].map((countries) => {
    const series = countries * figure('services');
    return [countries, number(series), `${number((series * figure('tick')) / 1000)} ms`, memory(series * figure('state') * 1000)];
  })),
  cost: table(['peak, reports a second', 'cores', 'memory', 'a month at the assumed prices'], rates.map((rate) => {
    const processors = Math.max(6, whole(planned(rate, 'server')) + 2 * Math.min(shards, whole(cores(rate, 'redis') / use)) + whole(planned(rate, 'archive')));
    const gigabytes = whole(processors * figure('memory') + (2 * rate * (1800 * figure('person') + 3600 * figure('log'))) / 1e9);
    const month = (core, gigabyte) => number((processors * core + gigabytes * gigabyte) * 730);
    return [number(rate), processors, `${number(gigabytes)} GB`, `${month(figure('core-low'), figure('gb-low'))} to ${month(figure('core-high'), figure('gb-high'))}`];
  })),
};

let wanted = text;
for (const [name, rows] of Object.entries(made)) {
  const place = new RegExp(`(<!-- made: ${name} -->\\n\\n)[^]*?(\\n\\n<!-- end -->)`);
  if (!place.test(wanted)) throw new Error(`${file} has no place for the table ${name}`);
  wanted = wanted.replace(place, (_, before, after) => before + rows + after);
}
if (process.argv.includes('--check') && wanted !== text) {
  console.error(`${file} has tables that do not follow from its figures: node .ci/scale.mjs`);
  process.exit(1);
}
if (wanted !== text) writeFileSync(file, wanted);
console.log(`${file}: ${Object.keys(made).length} tables follow from its figures`);
