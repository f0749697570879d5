// Starts bin/downpour with both engines inside and an empty data directory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../bin/downpour', import.meta.url));

// serve is a server that is ready: its address, its directory and what ends it. keys are the
// lines of its key file.
export async function serve(keys, ...flags) {
  const folder = mkdtempSync(join(tmpdir(), 'downpour-readers-'));
  writeFileSync(join(folder, 'keys'), keys);
  const server = spawn(program, ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data'), '--api-key-file', join(folder, 'keys'), ...flags]);
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => { log += chunk; });
  const ended = once(server, 'exit').then(() => 'ended', () => 'ended');
  const stop = async () => {
    server.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(100)) {
    const base = /msg=listening address=(\S+)/.exec(log)?.[1];
    if (base && await fetch(`http://${base}/readyz`).then((answer) => answer.ok, () => false)) return { base: `http://${base}`, folder, stop };
    if (server.exitCode !== null) break;
  }
  await stop();
  throw new Error(`the server is not ready:\n${log}`);
}
