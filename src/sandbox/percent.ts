/** Percent-encoding by bytes: paths and queries as they were sent, never normalised. */
import { S3Error } from "./s3-error.ts";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Decodes a part of a request target (a latin-1 string of raw bytes) to text.
 * @throws S3Error InvalidURI when an escape is broken or the bytes are no UTF-8
 */
export function percentDecode(raw: string): string {
  // oxlint-disable-next-line no-control-regex -- the plain case: ASCII without escapes
  if (/^[\u0000-\u0024\u0026-\u007f]*$/.test(raw)) return raw;
  const bytes = Buffer.from(raw, "latin1");
  let length = 0;
  for (let at = 0; at < bytes.length; at++, length++) {
    if (bytes[at] !== 0x25) {
      bytes[length] = bytes[at] ?? 0;
      continue;
    }
    const digits = raw.slice(at + 1, at + 3);
    if (!/^[0-9a-f]{2}$/i.test(digits)) throw invalidUri();
    bytes[length] = Number.parseInt(digits, 16);
    at += 2;
  }
  try {
    return strictUtf8.decode(bytes.subarray(0, length));
  } catch (error) {
    if (error instanceof TypeError) throw invalidUri();
    throw error;
  }
}

function invalidUri(): S3Error {
  return new S3Error("InvalidURI", "Couldn't parse the specified URI.");
}

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const UNRESERVED_AND_SLASH = /^[A-Za-z0-9\-._~/]*$/;

/** RFC 3986 encoding as signatures use it: everything but unreserved characters, in upper case. */
export function percentEncode(text: string, keepSlash = false): string {
  if ((keepSlash ? UNRESERVED_AND_SLASH : UNRESERVED).test(text)) return text;
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll("%2F", "/") : encoded;
}

const LIST_SAFE = /^[A-Za-z0-9\-._~/*]*$/;

/** Keys in a listing with `encoding-type=url`. */
export function encodeListedKey(key: string): string {
  return LIST_SAFE.test(key) ? key : percentEncode(key, true);
}
