/** Reads the few known elements of S3's answers by scanning; a listing is hot enough that a parser would be its cost. */

const ENTITY = /&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|amp|quot|apos));/gi;
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (entity, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? "";
    const point = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    // Beyond Unicode: no entity, so it stays as it is.
    return point <= 0x10_ffff ? String.fromCodePoint(point) : entity;
  });
}

export function encodeEntities(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text of the first `<name>` that has no attributes, decoded; `null` where there is none. */
export function tagText(xml: string, name: string): string | null {
  const open = `<${name}>`;
  const start = xml.indexOf(open);
  if (start < 0) return xml.includes(`<${name}/>`) ? "" : null;
  const end = xml.indexOf(`</${name}>`, start);
  return end < 0 ? null : decodeEntities(xml.slice(start + open.length, end));
}

/** The inside of each `<name>…</name>`, in order; such elements must not nest. */
export function* elements(xml: string, name: string): Generator<string> {
  const open = `<${name}>`;
  const close = `</${name}>`;
  for (let start = xml.indexOf(open); start >= 0; start = xml.indexOf(open, start)) {
    const end = xml.indexOf(close, start);
    if (end < 0) return;
    yield xml.slice(start + open.length, end);
    start = end + close.length;
  }
}
