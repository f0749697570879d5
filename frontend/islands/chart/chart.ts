// Tells the value of a chart under the pointer, a finger or the arrow keys. It listens
// on the document, because charts are replaced while the page is open.
import { reading, stepAt, type Steps } from './value.ts';

const chosen = new WeakMap<Element, number>();

document.addEventListener('pointermove', point);
document.addEventListener('pointerdown', point); // a finger that taps does not move
document.addEventListener('keydown', (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const chart = by && chartOf(event);
  if (!chart) return;
  event.preventDefault();
  show(chart, (chosen.get(chart) ?? stepsOf(chart).counts.length) + by);
});

function point(event: PointerEvent): void {
  const chart = chartOf(event);
  if (!chart) return;
  const { left, width } = chart.getBoundingClientRect();
  const { from, to, step } = chart.dataset;
  const all = (Number(to) - Number(from)) / Number(step) - 1;
  show(chart, Math.round(((event.clientX - left) / width) * all));
}

function chartOf(event: Event): SVGSVGElement | null {
  return event.target instanceof Element ? event.target.closest<SVGSVGElement>('svg.chart') : null;
}

function stepsOf(chart: SVGSVGElement): Steps {
  const { from, step, n = '', e = '' } = chart.dataset;
  return { from: Number(from), step: Number(step), counts: n.split(' ').map(Number), expected: e.split(',') };
}

function show(chart: SVGSVGElement, near: number): void {
  const words = chart.parentElement?.querySelector<HTMLElement>('.value');
  const steps = stepsOf(chart);
  if (!words || !steps.counts.length) return;
  const at = stepAt(steps, near);
  chosen.set(chart, at);
  const { zone, lang } = chart.dataset;
  const form: Intl.DateTimeFormatOptions = steps.step < 1440 ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } : {};
  if (steps.step >= 60) Object.assign(form, { day: 'numeric', month: 'long' });
  words.textContent = reading(steps, at, words.dataset.text ?? '',
    (minute) => new Intl.DateTimeFormat(lang, { ...form, timeZone: zone }).format(minute * 60_000),
    (n) => new Intl.NumberFormat(lang).format(n));
}
