// The times that the slider steps through, in 15-minute buckets.

const quarter = 15 * 60_000;

export type Timeline = { first: number; steps: number }; // first: milliseconds

export const momentOf = (timeline: Timeline, step: number) =>
  new Date(timeline.first + step * quarter).toISOString().replace('.000', '');

// after is the next step while the slider plays: after the last comes start.
export const after = (timeline: Timeline, step: number, start: number) => (step >= timeline.steps ? start : step + 1);

// ahead lists the steps to load in advance.
export function ahead(timeline: Timeline, step: number, playing: boolean): number[] {
  const wanted = playing ? [step + 1, step + 2, step + 3] : [step + 1, step - 1];
  return wanted.filter((at) => at >= 0 && at <= timeline.steps);
}
