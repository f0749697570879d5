// Loads cells from the server, once for each request.

import { decoded, type Answer, type Cell } from './cells.ts';

export type Asked = { country: string; scale: string; from: string; to: string; z: number; x: number; y: number };
export type Found = Answer & { cells: Cell[] };

const kept = 300; // cached answers

export class Source {
  private found = new Map<string, Promise<Found>>();

  constructor(private address: string, private get = (address: string) => fetch(address)) {}

  // ask loads the cells of a window. Failures are not cached.
  ask(asked: Asked): Promise<Found> {
    const key = this.address + Object.entries(asked).map(([name, value]) => `&${name}=${value}`).join('');
    const old = this.found.get(key);
    if (old) return old;
    const coming = this.fetch(key);
    this.found.set(key, coming);
    coming.catch(() => this.found.delete(key));
    if (this.found.size > kept) this.found.delete(this.found.keys().next().value!);
    return coming;
  }

  private async fetch(address: string): Promise<Found> {
    const reply = await this.get(address);
    if (!reply.ok) throw new Error(String(reply.status));
    const answer = (await reply.json()) as Answer;
    return { ...answer, cells: decoded(answer) };
  }
}
