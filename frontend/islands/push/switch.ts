// Asks for messages about a service on this device, and takes it back.

// Wish is what to hear of.
export interface Wish { service: string; country: string; region?: string; until_back: boolean; lang: string }

// Device is what the browser does for it.
export interface Device {
  allowed(): Promise<boolean>;
  // subscribe is an address of this browser at its push service, for the key of the site.
  subscribe(key: string): Promise<unknown>;
  store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  fetch: typeof fetch;
}

const address = '/api/v1/push';

// addressOf is where a subscription is changed and ended.
export const addressOf = (id: string): string => `${address}/${id}`;

function nameOf({ service, country, region, until_back }: Wish): string {
  return `push ${service} ${region ?? country}${until_back ? ' once' : ''}`;
}

// held is the id of what was asked for, null where nothing was or its time is over.
export function held(of: Wish, store: Device['store'], now: number): string | null {
  const [id, until] = store.getItem(nameOf(of))?.split(' ') ?? [];
  return id && until && Date.parse(until) > now ? id : null;
}

// begin is false where the reader, the browser or the server does not want messages.
export async function begin(of: Wish, device: Device): Promise<boolean> {
  if (!(await device.allowed())) return false;
  const key = await device.fetch(address);
  if (!key.ok) return false;
  const subscription = await device.subscribe((await key.json() as { key: string }).key);
  const answer = await device.fetch(address, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ subscription, ...of }),
  });
  if (!answer.ok) return false;
  const made = await answer.json() as { id: string; expires_at: string };
  device.store.setItem(nameOf(of), `${made.id} ${made.expires_at}`);
  return true;
}

// end is false where the server could not be told.
export async function end(of: Wish, id: string, device: Device): Promise<boolean> {
  const answer = await device.fetch(addressOf(id), { method: 'DELETE' });
  if (answer.ok) device.store.removeItem(nameOf(of));
  return answer.ok;
}
