// Waits until the server that logs to a file is ready, and prints its address.
//
//   node ready.js LOG PROCESS
//
// It fails when the process with the given number ends, or after 30 seconds.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const [log, server] = process.argv.slice(2);
const until = Date.now() + 30_000;

// The server listens on a free port, which it logs.
async function address() {
  const listening = /msg=listening address=(\S+)/.exec(await readFile(log, 'utf8'));
  return listening && `http://${listening[1]}`;
}

async function ready(base) {
  return base && fetch(`${base}/readyz`).then((answer) => answer.ok, () => false);
}

for (;;) {
  try {
    process.kill(Number(server), 0); // signal 0 asks only whether it is there
  } catch {
    console.error('the server ended before it was ready');
    process.exit(1);
  }
  const base = await address();
  if (await ready(base)) {
    console.log(base);
    break;
  }
  if (Date.now() > until) {
    console.error('the server was not ready within 30 seconds');
    process.exit(1);
  }
  await sleep(100);
}
