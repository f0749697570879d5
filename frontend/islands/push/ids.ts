// ids is the name of the cache in which pages leave the addresses of what was asked for, for
// the worker, which cannot read what pages store.
export const ids = 'push';

// keep adds one; where the browser stores nothing, its messages end with its address.
export async function keep(address: string, caches?: Pick<CacheStorage, 'open'>): Promise<void> {
  await (await caches?.open(ids))?.put(address, new Response());
}

// drop takes one away.
export async function drop(address: string, caches?: Pick<CacheStorage, 'open'>): Promise<void> {
  await (await caches?.open(ids))?.delete(address);
}
