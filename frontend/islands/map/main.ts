// Makes the large map interactive: zoom, pan and time. Readers who save data keep
// the SVG and the links below it.

import { searchWith, viewsIn } from './address.ts';
import { MapClient, type Moment } from './client.ts';
import { after, ahead, momentOf, type Timeline } from './slider.ts';
import { Source } from './source.ts';

const root = document.getElementById('map-client');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (root && !saving) start(root);

function start(root: HTMLElement): void {
  const { cells = '', first = '', steps = '0', step = '0', start: from = '0' } = root.dataset;
  const timeline: Timeline = { first: Date.parse(first), steps: Number(steps) };
  const moment = (at: number): Moment => ({ from: momentOf(timeline, at), to: momentOf(timeline, at + 1) });
  const source = new Source(cells);
  let now = Number(step);

  const remember = () => {
    const open = new Map(clients.map((client) => [client.country, client.view]));
    const search = searchWith(location.search, now === timeline.steps ? '' : moment(now).from, open);
    history.replaceState(null, '', location.pathname + search);
  };
  const clients = [...root.querySelectorAll<HTMLElement>('[data-country]')].map((panel) => new MapClient(panel, source, moment(now), remember));
  const asked = viewsIn(location.search);
  for (const client of clients) {
    const view = asked.get(client.country);
    if (view) client.look(view);
  }
  player();

  // player changes the time, by the slider or by itself.
  function player(): void {
    const bar = document.getElementById('player')!;
    const slider = bar.querySelector('input')!;
    const button = bar.querySelector('button')!;
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    let timer: ReturnType<typeof setTimeout> | undefined;

    const show = async (at: number) => {
      now = at;
      slider.value = String(at);
      const shown = await Promise.all(clients.map((client) => client.show(moment(at))));
      if (now !== at) return;
      slider.setAttribute('aria-valuetext', root.querySelector('.when')!.textContent!);
      for (const next of ahead(timeline, at, timer !== undefined)) for (const client of clients) client.ready(moment(next));
      remember();
      if (shown.includes(false)) stop();
    };
    const stop = () => {
      clearTimeout(timer);
      timer = undefined;
      button.textContent = button.dataset.play!;
    };
    const play = () => {
      button.textContent = button.dataset.pause!;
      timer = setTimeout(async () => {
        await show(after(timeline, now, Number(from)));
        if (timer !== undefined) play();
      }, calm.matches ? 2000 : 500);
    };
    slider.oninput = () => { stop(); void show(Number(slider.value)); };
    button.onclick = () => (timer === undefined ? play() : stop());
    bar.hidden = false;
  }
}
