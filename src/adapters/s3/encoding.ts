/** Keys, queries and header texts on the wire. Nothing here normalises: `..`, `//` and control characters are keys too. */
import { isUtf8 } from "node:buffer";
import { AstraError } from "../../core/errors.ts";
import { keyFault } from "../../core/object-ref.ts";

export type QueryPair = readonly [name: string, value: string];

const PLAIN_PATH = /^[A-Za-z0-9\-._~/]*$/;
const LEFT_BY_ENCODE_URI_COMPONENT = /[!'()*]/g;

/** RFC 3986 with nothing but the unreserved characters left as they are, as SigV4 asks for. */
export function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(
    LEFT_BY_ENCODE_URI_COMPONENT,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * A key as a URL path without its leading `/`; the slashes inside stay.
 * @throws ASTRA_STORE_REFUSED for a key that no store can hold.
 */
export function encodeKey(key: string): string {
  const fault = keyFault(key);
  if (fault) throw new AstraError("ASTRA_STORE_REFUSED", `${fault}: ${JSON.stringify(key.slice(0, 80))}`);
  return PLAIN_PATH.test(key) ? key : encodeStrict(key).replaceAll("%2F", "/");
}

/** The query in SigV4's canonical order and form, which is also what goes onto the wire. */
export function canonicalQuery(pairs: readonly QueryPair[]): string {
  const encoded = pairs.map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`);
  return encoded.length > 1 ? sortByName(encoded).join("&") : encoded.join("&");
}

function sortByName(encoded: readonly string[]): string[] {
  // A sort over `name=value` would put `a-b=` before `a=`: "=" sorts above "-" and the digits.
  const parts = encoded.map((pair) => [pair.slice(0, pair.indexOf("=")), pair] as const);
  return parts
    .toSorted(([nameA, pairA], [nameB, pairB]) => compareText(nameA, nameB) || compareText(pairA, pairB))
    .map(([, pair]) => pair);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Undoes `encoding-type=url` of a listing, where a space is `+`. */
export function decodeListed(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch (error) {
    throw new AstraError("ASTRA_STORE_INTEGRITY", `the listing holds a key that cannot be decoded: ${text}`, {
      cause: error,
    });
  }
}

const NOT_ASCII = /[^\x20-\x7e]/;

/** Header text as S3 wants it for user metadata: ASCII as it is, all else as RFC 2047 encoded words. */
export function encodeHeaderText(text: string): string {
  if (!NOT_ASCII.test(text) && text.trim() === text && !text.includes("=?")) return text;
  // An encoded word is at most 75 characters: 45 bytes make 60 of base64.
  const words: string[] = [];
  let chunk = "";
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > 45) {
      words.push(chunk);
      chunk = "";
    }
    chunk += character;
  }
  words.push(chunk);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join(" ");
}

const ENCODED_WORDS = /=\?utf-8\?([bq])\?([^?]*)\?=(?:\s+(?==\?utf-8\?[bq]\?))?/gi;

/** Undoes {@link encodeHeaderText}; also reads quoted-printable words, as S3 itself writes them. */
export function decodeHeaderText(text: string): string {
  if (!text.includes("=?")) return text;
  return text.replace(ENCODED_WORDS, (_word, form: string, payload: string) => {
    if (form.toLowerCase() === "b") return Buffer.from(payload, "base64").toString("utf8");
    const bytes = payload
      .replaceAll("_", " ")
      .replace(/=([0-9A-F]{2})/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, "latin1").toString("utf8");
  });
}

/** Header bytes arrive as Latin-1; most servers mean UTF-8 by bytes above 127. */
export function receivedText(value: string): string {
  if (!/[\x80-\xff]/.test(value)) return value;
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : value;
}

/** The text whose Latin-1 bytes are the UTF-8 bytes of `value`. */
export function wireText(value: string): string {
  return /\P{ASCII}/u.test(value) ? Buffer.from(value, "utf8").toString("latin1") : value;
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** @throws ASTRA_STORE_REFUSED for a line break or the like, which no header can hold. */
export function sentText(name: string, value: string): string {
  if (PRINTABLE.test(value)) return value;
  if (!/\p{Cc}/u.test(value)) return wireText(value);
  throw new AstraError(
    "ASTRA_STORE_REFUSED",
    `the header ${name} would hold a control character: ${JSON.stringify(value)}`,
  );
}

/** Header names in lower case. */
export function readHeaders(raw: Readonly<Record<string, string | string[] | undefined>>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const name in raw) {
    const value = raw[name];
    if (value !== undefined) headers.set(name, receivedText(typeof value === "string" ? value : value.join(",")));
  }
  return headers;
}
