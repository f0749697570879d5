// The pictures that the slider steps through, each a quarter of an hour after
// the one before.

const quarter = 15 * 60_000;

export type Reel = { first: number; steps: number }; // first: milliseconds

export const momentOf = (reel: Reel, step: number) =>
  new Date(reel.first + step * quarter).toISOString().replace('.000', '');

// after is the step that follows while the pictures play: at the end it starts
// over.
export const after = (reel: Reel, step: number) => (step >= reel.steps ? 0 : step + 1);

// ahead lists the steps worth having ready before they are asked for.
export function ahead(reel: Reel, step: number, playing: boolean): number[] {
  const wanted = playing ? [step + 1, step + 2, step + 3] : [step + 1, step - 1];
  return wanted.filter((at) => at >= 0 && at <= reel.steps);
}
