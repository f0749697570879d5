// The parts of a page, as a page that is open has them, and what the server says of them.

// Part is the hash and, where it is known, the text of a part: a document does not tell
// the source that it was loaded from.
export type Part = { hash: string; html?: string };

// Edits make a new text of an old one, from its beginning to its end: a positive number
// keeps so many characters, a negative one leaves so many out, and a string is put in.
export type Edits = (number | string)[];

// Answer has the hashes of all parts, with dots between, and for each part its edits, or
// null where it is the same.
export type Answer = { have: string; parts: (Edits | null)[] };

// have is what the server needs to know of the parts. A hash ends in "-" where the text is
// not known.
export function have(parts: Part[]): string {
  return parts.map(({ hash, html }) => hash + (html === undefined ? '-' : '')).join('.');
}

// taken is the parts after an answer.
export function taken(parts: Part[], { have, parts: edits }: Answer): Part[] {
  return have.split('.').map((hash, i) => (edits[i] ? { hash, html: edited(parts[i]?.html ?? '', edits[i]) } : parts[i]!));
}

// edited is a text after edits.
export function edited(old: string, edits: Edits): string {
  let at = 0;
  return edits.map((edit) => {
    if (typeof edit === 'string') return edit;
    at += Math.abs(edit);
    return edit > 0 ? old.slice(at - edit, at) : '';
  }).join('');
}

// loaded is the parts with the hashes of a page, and with their texts where the source is
// that of the page.
export function loaded(have: string, source = ''): Part[] {
  const texts = source.includes(`data-have="${have}"`) ? partsIn(source) : [];
  return have.split('.').map((hash, i) => ({ hash, html: texts[i] }));
}

// partsIn is the texts of the parts in the source of a page, in their order.
function partsIn(source: string): string[] {
  const texts: string[] = [];
  for (let from = 0; (from = source.indexOf('<div class="part"', from)) >= 0;) {
    const tag = /<(\/?)div\b/g;
    tag.lastIndex = from;
    let depth = 0;
    do depth += tag.exec(source)?.[1] ? -1 : 1; while (depth > 0 && tag.lastIndex > 0);
    if (tag.lastIndex === 0) return []; // it is cut short
    const end = source.indexOf('>', tag.lastIndex) + 1;
    texts.push(source.slice(from, end));
    from = end;
  }
  return texts;
}
