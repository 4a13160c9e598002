/** The key of a logged read, from its bytes. */
import { keyFault } from "../object-ref.ts";
import { part } from "./byte-search.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const REPLACEMENT = "\uFFFD";

/**
 * Keys of reads are percent-encoded twice, a space as `+` or as `%20` (keys of `BATCH.DELETE.OBJECT` and `S3.EXPIRE.OBJECT`
 * only once: "S3 server access logs at scale", Yelp Engineering, 2025).
 * @returns `null` where the field is no key.
 */
export function loggedKey(view: DataView, start: number, end: number): string | null {
  const field = text(part(view, start, end));
  if (field === null || field === "-" || field.includes(REPLACEMENT)) return null;
  const once = formDecoded(field);
  const key = once === null ? null : formDecoded(once);
  return key === null || keyFault(key) !== null ? null : key;
}

function text(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    // Bytes that are no UTF-8; the caller names the fault.
    return null;
  }
}

function formDecoded(encoded: string): string | null {
  if (!encoded.includes("%") && !encoded.includes("+")) return encoded;
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch {
    // An escape that is none; the caller names the fault.
    return null;
  }
}
