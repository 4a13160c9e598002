/** Naming one object. Keys are opaque UTF-8: never normalised, never split by `path`. */

export interface ObjectRef {
  readonly bucket: string;
  readonly key: string;
}

const URI = /^(s3|azure|gs):\/\/([^/]+)\/(.+)$/s;

/** `s3://bucket/key`; the key stands as it is. */
export function objectUri(ref: ObjectRef): string {
  return `s3://${ref.bucket}/${ref.key}`;
}

/** @returns `null` where `text` is no object URI. */
export function parseObjectUri(text: string): ObjectRef | null {
  const match = URI.exec(text);
  return match ? { bucket: match[2] ?? "", key: match[3] ?? "" } : null;
}

/** The part after the last `/`: what a name pattern of the matrix is matched against. */
export function lastSegment(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

/** S3's limit: "The object key name is a sequence of Unicode characters with UTF-8 encoding of up to 1,024 bytes". */
export const MAX_KEY_BYTES = 1024;

/** @returns what is wrong with a key, or `null`. Lone surrogates have no UTF-8 form, so no store could name them. */
export function keyFault(key: string): string | null {
  if (key.length === 0) return "the key is empty";
  if (!key.isWellFormed()) return "the key is not valid Unicode";
  // Three bytes a UTF-16 unit at the most: short keys need no counting.
  if (key.length * 3 > MAX_KEY_BYTES && utf8Length(key) > MAX_KEY_BYTES)
    return `the key is longer than ${MAX_KEY_BYTES} bytes in UTF-8`;
  return null;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
