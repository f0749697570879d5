// When to request newer numbers, and when screen readers announce them.

const usual = 45_000;
const shortest = 15_000;
const longest = 120_000;
const quiet = 60_000;

// pause is the time until the next request, by how many requests in a row brought nothing
// new, and a random number from 0 to 1. Numbers are new each minute; a request that comes
// before them, or fails, is repeated soon, and then ever later.
export function pause(idle: number, random: number): number {
  return (idle === 0 ? usual : Math.min(shortest * 2 ** (idle - 1), longest)) * (1 + random / 3);
}

// Announcement is the last announced text, and when it was announced.
export type Announcement = { words: string; at: number };

// isNews reports whether a text is new and a minute has passed since the last.
export function isNews(words: string, last: Announcement, now: number): boolean {
  return words !== last.words && now - last.at >= quiet;
}
