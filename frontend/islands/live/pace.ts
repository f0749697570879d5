// When to request newer numbers, and when screen readers announce them.

const shortest = 20_000;
const longest = 300_000;
const quiet = 60_000;

// pause is the time until the next request: 20 to 40 seconds, by a random number
// from 0 to 1, and longer after failures.
export function pause(failures: number, random: number): number {
  return Math.min(shortest * 2 ** failures, longest) * (1 + random);
}

// Announcement is the last announced text, and when it was announced.
export type Announcement = { words: string; at: number };

// isNews reports whether a text is new and a minute has passed since the last.
export function isNews(words: string, last: Announcement, now: number): boolean {
  return words !== last.words && now - last.at >= quiet;
}
