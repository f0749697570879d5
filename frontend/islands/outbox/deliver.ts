import { oldest, pageOf, type Outbox, type Report } from './report.ts';

// Post sends a form. It fails where there is no connection.
export type Post = (body: string) => Promise<{ status: number; url: string }>;

// deliver sends the reports that wait. It tells whether none is left.
export async function deliver(outbox: Outbox, post: Post, now: number): Promise<boolean> {
  let left = false;
  for (const report of await outbox.all()) {
    if (report.state !== 'waiting') continue;
    const done = await attempt(report, post, now);
    if (done.state === 'waiting') left = true;
    else await outbox.put(done);
  }
  return !left;
}

// attempt is what becomes of a report when it is sent. It says when it was written, which
// does not move it: it counts in the minute in which it arrives.
async function attempt(report: Report, post: Post, now: number): Promise<Report> {
  const body = new URLSearchParams(report.body);
  const back = { ...report, address: pageOf(body) };
  if (now - report.at >= oldest) return { ...back, state: 'old' };
  body.set('since', new Date(report.at).toISOString());
  try {
    let answer = await post(body.toString());
    if (answer.status === 422) answer = await post(report.body); // the clock of the device is wrong
    if (answer.status >= 200 && answer.status < 300) return { ...report, state: 'sent', address: answer.url };
    if (answer.status === 429 || answer.status >= 500) return report;
    return { ...back, state: 'refused' };
  } catch {
    return report;
  }
}
