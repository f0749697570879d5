import type { Outbox, Report } from './report.ts';

// outboxOfDevice keeps reports in the browser, for the pages and the worker. Each call
// fails where the browser stores nothing.
export function outboxOfDevice(): Outbox {
  const opened = new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open('downpour', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('reports', { keyPath: 'key' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  opened.catch(() => {}); // the calls say so
  const run = async <T>(mode: IDBTransactionMode, act: (reports: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const asked = act((await opened).transaction('reports', mode).objectStore('reports'));
    return new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  };
  return {
    all: () => run('readonly', (reports) => reports.getAll() as IDBRequest<Report[]>),
    put: (report) => run('readwrite', (reports) => reports.put(report)),
    remove: (key) => run('readwrite', (reports) => reports.delete(key)),
  };
}
