// A report that waits on the device for a connection, and what became of it.
export interface Report {
  key: string; // its idempotency key: however often it is sent, it counts once
  body: string; // the form
  at: number; // when it was written, in milliseconds
  state: 'waiting' | 'sent' | 'old' | 'refused';
  address: string; // where its sender reads on, "" while it waits
}

// Outbox holds the reports of this device.
export interface Outbox {
  all(): Promise<Report[]>;
  put(report: Report): Promise<unknown>;
  remove(key: string): Promise<unknown>;
}

// oldest is the age from which a report says nothing of now any more: the time in which one
// person counts once.
export const oldest = 30 * 60_000;

// waiting is a report that could not be sent, written at an instant.
export function waiting(form: URLSearchParams, at: number, random: () => string): Report {
  const body = new URLSearchParams(form);
  if (!body.get('key')) body.set('key', random());
  return { key: body.get('key')!, body: body.toString(), at, state: 'waiting', address: '' };
}

// pageOf is the page of the service that a report is about.
export function pageOf(body: URLSearchParams): string {
  const parts = [body.get('lang'), (body.get('page') ?? '').toLowerCase(), body.get('service')];
  return '/' + parts.filter(Boolean).join('/');
}
