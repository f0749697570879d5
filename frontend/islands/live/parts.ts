// The parts of a page, as a page that is open has them, and what the server says of them.

// Part is the hash and, once the server has sent it, the text of a part: the source of
// what was loaded cannot be had of a document.
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
