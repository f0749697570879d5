// What is kept for the time without a connection.

// refreshAfter is the age, in milliseconds, from which the page is fetched again.
export const refreshAfter = 24 * 60 * 60_000;

// linked are the scripts of a page.
export function linked(html: string): string[] {
  return [...html.matchAll(/<script[^>]* src="(\/static\/[^"]+\.js)"/g)].map(([, path]) => path!);
}

// offlineOf is the page that stands in for one at a path: in its language, or else in any.
export function offlineOf(path: string, kept: string[]): string | undefined {
  const pages = kept.filter((one) => one.endsWith('/offline'));
  return [`/${path.split('/')[1]}/offline`, '/offline', ...pages].find((one) => pages.includes(one));
}
