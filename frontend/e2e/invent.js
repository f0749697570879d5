// Invents reports for pictures: WhatsApp in trouble in India, most of all
// around Kolkata, and the usual few complaints about everything else. The same
// seed always gives the same reports.

// Towns as latitude, longitude, and how many people complain there.
const towns = {
  IN: [
    [22.57, 88.36, 30], [19.08, 72.88, 12], [28.61, 77.21, 12], [12.97, 77.59, 9], [17.38, 78.49, 7], [13.08, 80.27, 7],
    [23.03, 72.57, 5], [18.52, 73.86, 5], [26.85, 80.95, 4], [26.91, 75.79, 4], [25.59, 85.14, 5], [20.3, 85.82, 4],
    [26.14, 91.74, 4], [21.15, 79.09, 3], [9.93, 76.27, 3], [23.26, 77.41, 3], [23.36, 85.33, 4], [26.72, 88.43, 4],
    [34.08, 74.8, 2], [11.02, 76.96, 2], [17.69, 83.22, 3], [30.73, 76.78, 2], [25.32, 82.97, 3], [23.52, 87.31, 4],
  ],
  GB: [
    [51.51, -0.13, 20], [52.48, -1.9, 6], [53.48, -2.24, 6], [53.8, -1.55, 5], [55.86, -4.25, 5], [55.95, -3.19, 4],
    [51.45, -2.59, 4], [53.41, -2.98, 4], [54.97, -1.61, 3], [51.48, -3.18, 3], [54.6, -5.93, 3], [50.82, -0.14, 3],
    [52.63, 1.3, 2], [50.37, -4.14, 2], [57.15, -2.1, 2],
  ],
};

// What is reported, where, and by how many. Symptoms are named in the order of
// how often they are.
const stories = [
  { service: 'whatsapp', country: 'IN', people: 2400, symptoms: ['send', 'connect', 'receive', 'media', 'calls'] },
  { service: 'whatsapp', country: 'GB', people: 260, symptoms: ['send', 'connect'] },
  { service: 'instagram', country: 'IN', people: 240, symptoms: ['feed', 'media', 'login'] },
  { service: 'facebook', country: 'IN', people: 130, symptoms: ['feed', 'login'] },
  { service: 'messenger', country: 'IN', people: 60, symptoms: ['send'] },
  { service: 'youtube', country: 'IN', people: 40, symptoms: ['buffering', 'playback'] },
  { service: 'youtube', country: 'GB', people: 25, symptoms: ['buffering'] },
  { service: 'jio', country: 'IN', people: 70, symptoms: [] },
  { service: 'upi', country: 'IN', people: 50, symptoms: [] },
  { service: 'virgin-media', country: 'GB', people: 90, symptoms: [] },
  { service: 'ee', country: 'GB', people: 20, symptoms: [] },
];

// random gives numbers from 0 to 1 that a seed decides, by the multiplicative
// generator of Park, Miller and Stockmeyer (1993).
function random(seed) {
  const modulus = 2 ** 31 - 1;
  let state = seed % modulus || 1;
  return () => {
    state = (state * 48271) % modulus;
    return state / modulus;
  };
}

// choose picks one of the items, the earlier the more often.
function choose(next, items) {
  return items[Math.floor(next() ** 2 * items.length)];
}

function townOf(next, list) {
  let rest = next() * list.reduce((sum, [, , people]) => sum + people, 0);
  return list.find(([, , people]) => (rest -= people) < 0) ?? list[0];
}

// bell is a number around 0 with a spread of about 1.
function bell(next) {
  return next() + next() + next() + next() - 2;
}

// invent lists reports, each with the address it comes from: one of a range
// that is set aside for tests of networks (RFC 2544).
export function invent(seed) {
  const next = random(seed);
  const reports = stories.flatMap(({ service, country, people, symptoms }) => Array.from({ length: people }, () => {
    const [lat, lng] = townOf(next, towns[country]);
    const place = next() < 0.08
      ? { country }
      : { location: { lat: lat + 0.12 * bell(next), lng: lng + 0.12 * bell(next) } };
    return { service, ...(symptoms.length > 0 && { symptom: choose(next, symptoms) }), kind: next() < 0.04 ? 'works' : 'problem', ...place };
  }));
  return reports.map((report, i) => ({ report, from: `198.18.${i & 255}.${1 + (i >> 8)}` }));
}
