// The state of the map in the address of the page, so that a link shows what its
// sender saw. Views stand in "view", as "IN:4,312,207;GB:…" with whole units.

import type { View } from './view.ts';

export function viewsIn(search: string): Map<string, View> {
  const views = new Map<string, View>();
  for (const part of (new URLSearchParams(search).get('view') ?? '').split(';')) {
    const match = /^([A-Z]{2}):([\d.]+),([\d.-]+),([\d.-]+)$/.exec(part);
    const [zoom, x, y] = (match ?? []).slice(2).map(Number);
    if (match && [zoom, x, y].every(Number.isFinite)) views.set(match[1]!, { zoom: zoom!, x: x!, y: y! });
  }
  return views;
}

// searchWith is a query with the time and the views; "" stands for the
// latest moment. The rest of the query stays.
export function searchWith(search: string, moment: string, views: Map<string, View>): string {
  const query = new URLSearchParams(search);
  const view = [...views]
    .filter(([, { zoom }]) => zoom > 1.01)
    .map(([country, { zoom, x, y }]) => `${country}:${Number(zoom.toFixed(2))},${Math.round(x)},${Math.round(y)}`)
    .join(';');
  for (const [name, value] of [['t', moment], ['view', view]] as const) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%3B', ';');
  return text && `?${text}`;
}
