// When to ask for newer numbers, and when to say them aloud.

const shortest = 15_000;
const longest = 300_000;
const quiet = 60_000;

// pause is how long to wait before the next question: 15 to 30 seconds, by a
// random number from 0 to 1, and longer while answers fail.
export function pause(failures: number, random: number): number {
  return Math.min(shortest * 2 ** failures, longest) * (1 + random);
}

// Said is what was last said aloud, and when.
export type Said = { words: string; at: number };

// worthSaying is true for news, but not more often than once a minute.
export function worthSaying(words: string, last: Said, now: number): boolean {
  return words !== last.words && now - last.at >= quiet;
}
