// Touch, mouse and wheel on a map. A wheel without ctrl scrolls the page until the
// map was clicked, and a finger until the map is zoomed in, so that the map does
// not capture the scrolling of the page.

export type Does = {
  zoom(factor: number, x: number, y: number): void;
  pan(dx: number, dy: number): void;
  tap(x: number, y: number): void;
  closer(): boolean;
};

type Point = { x: number; y: number };

const still = 6; // pixels that a tap may move

export function gestures(viewport: HTMLElement, does: Does): void {
  const down = new Map<number, Point>();
  let moved = 0;
  const at = (event: { clientX: number; clientY: number }): Point => {
    const box = viewport.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const spread = ([a, b]: Point[]) => Math.hypot(a!.x - b!.x, a!.y - b!.y);
  const touch = () => { viewport.style.touchAction = does.closer() ? 'none' : 'pan-x pan-y'; };

  viewport.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, at(event));
    viewport.setPointerCapture(event.pointerId);
  });
  viewport.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const apart = down.size === 2 ? spread([...down.values()]) : 0;
    down.set(event.pointerId, now);
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (moved <= still) return;
    if (down.size === 2) {
      const [a, b] = [...down.values()] as [Point, Point];
      if (apart > 0) does.zoom(spread([a, b]) / apart, (a.x + b.x) / 2, (a.y + b.y) / 2);
      does.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else if (down.size === 1) {
      does.pan(now.x - before.x, now.y - before.y);
    }
    touch();
  });
  const up = (event: PointerEvent) => {
    if (!down.delete(event.pointerId) || down.size > 0) return;
    if (event.type === 'pointerup' && moved <= still) does.tap(at(event).x, at(event).y);
  };
  viewport.addEventListener('pointerup', up);
  viewport.addEventListener('pointercancel', up);
  viewport.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && document.activeElement !== viewport) return;
    event.preventDefault();
    does.zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), at(event).x, at(event).y);
    touch();
  }, { passive: false });
  touch();
}
