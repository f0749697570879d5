// What is sent about a user without identifying them.

// countryOf guesses the country from the time zone of the device, or returns nothing.
// The zones of each country follow its code, with spaces between.
export function countryOf(zones: string, zone: string): string {
  let country = '';
  for (const word of zones.split(' ')) {
    if (!word.includes('/')) country = word;
    else if (word === zone) return country;
  }
  return '';
}

// coarse is a coordinate to about a kilometre: what the report keeps is coarser.
export function coarse(degrees: number): string {
  return degrees.toFixed(2);
}

// Kept is the storage of the token, in this browser only.
export type Kept = Pick<Storage, 'getItem' | 'setItem'>;

// tokenOf distinguishes people behind one internet address. It is random, replaced
// each UTC day like the keys of the server, and not stored if the browser stores
// nothing.
export function tokenOf(kept: Kept, now: Date, random: () => string): string {
  const day = now.toISOString().slice(0, 10);
  try {
    const [of, token] = (kept.getItem('downpour') ?? '').split(' ');
    if (of === day && token) return token;
    const made = random();
    kept.setItem('downpour', `${day} ${made}`);
    return made;
  } catch {
    return '';
  }
}
