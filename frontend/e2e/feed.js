// Sends invented reports to the server at DOWNPOUR_URL, over its public API, and
// waits until its map shows them. The server must trust this machine as a proxy,
// as it does by default, so that each report can come from an address of its own.
//
//   DOWNPOUR_URL=http://127.0.0.1:8080 node feed.js [SEED]
import { setTimeout as sleep } from 'node:timers/promises';
import { invent } from './invent.js';

const base = process.env.DOWNPOUR_URL;
const seed = Number(process.argv[2] ?? 7);
const senders = 32; // requests under way at a time

async function send({ report, from }) {
  const answer = await fetch(`${base}/api/v1/reports`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': from },
    body: JSON.stringify(report),
  });
  if (answer.status === 202) return (await answer.json()).counted;
  const problem = await answer.text();
  // Beside a coast a point may fall into the sea; the report is then left out.
  if (problem.includes('"location"')) return false;
  throw new Error(`a report of ${report.service} was refused: ${answer.status} ${problem}`);
}

// shown waits until the map shows nearly all reports that have a place, but for those
// that it holds back until the quarter hour closes. A minute is shown once it is over, so
// this takes about one.
async function shown(service) {
  for (let tries = 0; tries < 60; tries++) {
    const { total, unplaced, withheld, not_yet_placed: later } = await (await fetch(`${base}/api/v1/heatmap?service=${service}&country=IN`)).json();
    if (total > unplaced && withheld - later < 0.1 * (total - unplaced)) return;
    await sleep(2000);
  }
  throw new Error('the map still withholds most reports after two minutes');
}

const waiting = invent(seed);
const all = waiting.length;
let counted = 0;
await Promise.all(Array.from({ length: senders }, async () => {
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (await send(next)) counted++;
  }
}));
console.log(`seed ${seed}: ${counted} of ${all} invented reports were counted`);
await shown('whatsapp');
