/** XML as S3 speaks it: a writer that escapes, and a small strict parser without document types or custom entities. */
import { S3Error } from "./s3-error.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
// oxlint-disable-next-line no-control-regex -- control characters in keys have to be written as references
const SPECIAL = /[&<>"'\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;
// oxlint-disable-next-line no-control-regex -- as above
const SPECIALS = /[&<>"'\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g;
const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text as element content; control characters become references, as S3 writes them. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  return text.replace(SPECIALS, (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}

/** An element around content that is XML already. */
export function element(name: string, ...content: readonly string[]): string {
  return `<${name}>${content.join("")}</${name}>`;
}

/** An element around text; nothing at all for `undefined` and `null`. */
export function leaf(name: string, text: string | number | boolean | null | undefined): string {
  return text === undefined || text === null ? "" : `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** A whole answer. */
export function xmlDocument(name: string, ...content: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${NAMESPACE}">${content.join("")}</${name}>`;
}

export interface XmlElement {
  /** Local name, without a namespace prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  readonly attributes: Record<string, string>;
  text: string;
  readonly children: XmlElement[];
}

const MAX_DEPTH = 32;
const MAX_ELEMENTS = 100_000;
const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s<>/=]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const DECLARATION = /^\uFEFF?\s*(?:<\?xml[^<>]*\?>\s*)?/;

/** Parses a request body. @throws S3Error MalformedXML */
export function parseXml(body: Uint8Array): XmlElement {
  const text = decodeUtf8(body);
  const root: OpenElement = { name: "", attributes: {}, text: "", children: [] };
  const open: OpenElement[] = [root];
  let elements = 0;
  TOKEN.lastIndex = DECLARATION.exec(text)?.[0].length ?? 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text);
    const parent = open.at(-1);
    if (!token || !parent) throw malformed();
    const [, cdata, closing, opening, attributes, selfClosing, chars] = token;
    if (chars !== undefined) parent.text += decodeEntities(chars);
    else if (cdata !== undefined) parent.text += cdata;
    else if (closing !== undefined) {
      if (open.length < 2 || parent.name !== localName(closing)) throw malformed();
      open.pop();
    } else if (opening !== undefined) {
      if (++elements > MAX_ELEMENTS || open.length > MAX_DEPTH) throw malformed();
      const added = { name: localName(opening), attributes: parseAttributes(attributes ?? ""), text: "", children: [] };
      parent.children.push(added);
      if (selfClosing === "") open.push(added);
    }
  }
  const [only] = root.children;
  if (open.length !== 1 || root.children.length !== 1 || !only || root.text.trim() !== "") throw malformed();
  return only;
}

/** Parses a body whose root must have the given name. @throws S3Error MalformedXML */
export function parseXmlRoot(body: Uint8Array, name: string): XmlElement {
  const root = parseXml(body);
  if (root.name !== name) throw malformed();
  return root;
}

export function malformed(
  detail = "The XML you provided was not well-formed or did not validate against our published schema",
): S3Error {
  return new S3Error("MalformedXML", detail);
}

export function childrenNamed(parent: XmlElement, name: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The only child of that name. @throws S3Error MalformedXML when there are several. */
export function childNamed(parent: XmlElement, name: string): XmlElement | undefined {
  const found = childrenNamed(parent, name);
  if (found.length > 1) throw malformed();
  return found[0];
}

export function childText(parent: XmlElement, name: string): string | undefined {
  return childNamed(parent, name)?.text;
}

/** A child's text as a whole number ≥ 0. @throws S3Error MalformedXML */
export function childInteger(parent: XmlElement, name: string): number | undefined {
  const text = childText(parent, name)?.trim();
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw malformed();
  return Number(text);
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) throw malformed();
    throw error;
  }
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function parseAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, double, single] of text.matchAll(ATTRIBUTE)) {
    if (name !== undefined) attributes[name] = decodeEntities(double ?? single ?? "");
  }
  return attributes;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(";")) throw malformed();
    const numeric = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name);
    if (!numeric) {
      const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (known === undefined) throw malformed();
      return known;
    }
    const code = numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw malformed();
    return String.fromCodePoint(code);
  });
}
