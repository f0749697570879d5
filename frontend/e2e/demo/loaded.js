// Waits until the demonstration at DOWNPOUR_URL is loaded and its detector has
// found the outage in both countries.
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { base } from '../browser.js';

// outage is the addresses of its two incidents, by country.
export async function outage() {
  for (let tries = 0; tries < 300; tries++) {
    const { items } = await (await fetch(`${base}/api/v1/incidents?service=whatsapp`)).json();
    if (items.length === 2) return Object.fromEntries(items.map(({ country, id }) => [country, id]));
    await sleep(1000);
  }
  throw new Error('the demonstration found no outage in five minutes');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await outage();
