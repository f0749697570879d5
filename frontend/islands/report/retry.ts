// What to do after an attempt to send a report. All attempts have the same
// idempotency key, so that they count once.

// Outcome is the result of an attempt: a status, or no answer.
export type Outcome = { status: number; retryAfter: string | null } | 'no answer';

// Step is to wait so many milliseconds and try again; to go where the answer
// led; or to let the browser send the form itself, so that it shows the server's
// own words.
export type Step = { wait: number } | 'go' | 'give over';

const longest = 30_000;
const triesWithoutAnswer = 20;
const triesWhileRefused = 4;

// after decides, given how many tries there were, the last one included. The
// random number, from 0 to 1, keeps many browsers from coming back at once.
export function after(tries: number, outcome: Outcome, random: number): Step {
  if (outcome === 'no answer') {
    if (tries >= triesWithoutAnswer) return 'give over';
    return { wait: Math.min(1000 * 2 ** (tries - 1), longest) * (0.75 + random / 2) };
  }
  if (outcome.status >= 200 && outcome.status < 300) return 'go';
  if (outcome.status === 503 && tries < triesWhileRefused) {
    const seconds = Number(outcome.retryAfter ?? NaN);
    const asked = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 5000;
    return { wait: Math.min(asked, longest) * (1 + random / 2) };
  }
  return 'give over';
}
