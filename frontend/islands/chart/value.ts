// What a chart says about one of its steps.

export type Steps = { from: number; step: number; counts: number[]; expected: string[] };

// each is the number of steps that share an expected count.
const each = 12;

// stepAt is the step under a point of the plot, by its share of the width.
export function stepAt(steps: Steps, share: number): number {
  const last = steps.counts.length - 1;
  return Math.max(0, Math.min(last, share));
}

// reading is the text about a step: the placeholders of the text are filled with its
// time, its reports and what is usual, which is left out with what follows a bar where
// it is not known.
export function reading(steps: Steps, at: number, text: string, time: (minute: number) => string, number: (n: number) => string): string {
  const usual = steps.expected[Math.floor(at / each)];
  const [known = '', more = ''] = text.split('|');
  return (usual ? known + more : known)
    .replace('%t', time(steps.from + at * steps.step))
    .replace('%n', number(steps.counts[at] ?? 0))
    .replace('%e', usual ? number(Number(usual)) : '');
}
