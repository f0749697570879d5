// What a browser can say of its user without naming them.

// countryOf guesses the country from the time zone of the device, or says
// nothing. Places around Great Britain that are not covered share its clock.
export function countryOf(zone: string): string {
  if (zone === 'Asia/Kolkata' || zone === 'Asia/Calcutta') return 'IN';
  return zone === 'Europe/London' || zone === 'Europe/Belfast' ? 'GB' : '';
}

// coarse is a coordinate to about a kilometre: what the report keeps is coarser.
export function coarse(degrees: number): string {
  return degrees.toFixed(2);
}

// Kept is where a token lives: in this browser only, and for a day.
export type Kept = Pick<Storage, 'getItem' | 'setItem'>;

// tokenOf tells people behind one internet address apart. It is random, is made
// anew each day of UTC as the keys of the server are, and is not kept where the
// browser keeps nothing.
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
