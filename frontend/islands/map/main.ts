// Makes the large map move: closer, sideways and through time. Who saves data
// keeps the drawing of the server, and the links below it.

import { searchWith, viewsIn } from './address.ts';
import { Atlas, type Moment } from './atlas.ts';
import { after, ahead, momentOf, type Reel } from './clock.ts';
import { Source } from './source.ts';

const root = document.getElementById('atlas');
const saving = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
if (root && !saving) start(root);

function start(root: HTMLElement): void {
  const { cells = '', first = '', steps = '0', step = '0' } = root.dataset;
  const reel: Reel = { first: Date.parse(first), steps: Number(steps) };
  const moment = (at: number): Moment => ({ from: momentOf(reel, at), to: momentOf(reel, at + 1) });
  const source = new Source(cells);
  let now = Number(step);

  const remember = () => {
    const open = new Map(atlases.map((atlas) => [atlas.country, atlas.view]));
    const search = searchWith(location.search, now === reel.steps ? '' : moment(now).from, open);
    history.replaceState(null, '', location.pathname + search);
  };
  const atlases = [...root.querySelectorAll<HTMLElement>('[data-country]')].map((panel) => new Atlas(panel, source, moment(now), remember));
  const asked = viewsIn(location.search);
  for (const atlas of atlases) {
    const view = asked.get(atlas.country);
    if (view) atlas.look(view);
  }
  player();

  // player steps through time, by the slider or by itself.
  function player(): void {
    const bar = document.getElementById('player')!;
    const slider = bar.querySelector('input')!;
    const button = bar.querySelector('button')!;
    const calm = matchMedia('(prefers-reduced-motion: reduce)');
    let timer: ReturnType<typeof setTimeout> | undefined;

    const show = async (at: number) => {
      now = at;
      slider.value = String(at);
      const shown = await Promise.all(atlases.map((atlas) => atlas.show(moment(at))));
      if (now !== at) return;
      slider.setAttribute('aria-valuetext', root.querySelector('.when')!.textContent!);
      for (const next of ahead(reel, at, timer !== undefined)) for (const atlas of atlases) atlas.ready(moment(next));
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
        await show(after(reel, now));
        if (timer !== undefined) play();
      }, calm.matches ? 2000 : 500);
    };
    slider.oninput = () => { stop(); void show(Number(slider.value)); };
    button.onclick = () => (timer === undefined ? play() : stop());
    bar.hidden = false;
  }
}
