/**
 * A file of lines in sections: whole lines, as many as fit into a buffer of one size. The same content is cut in the same
 * places wherever it lies, so that each section is known again by a digest of the content up to its end.
 */
import { type Hash, createHash } from "node:crypto";

const NEWLINE = 0x0a;

/** Bytes of a section, at most. */
export const SECTION_BYTES = 8 * 1024 * 1024;

/** A buffer for sections. */
export function sectionBuffer(): Uint8Array {
  // Not cleared, and searched by the C library: a quarter of the time of a plain array's search.
  return Buffer.allocUnsafeSlow(SECTION_BYTES);
}

export interface LineSection {
  /** Whole lines (the last of a file may lack its end); valid until the next section is asked for. */
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
  /** These first bytes go on with a line that did not fit into the section before. */
  readonly overlong: number;
}

export interface Section extends LineSection {
  /** SHA-256 over the plain content from the file's first byte to the section's last, hex. */
  readonly digest: string;
  /** Of the content before the section: to be copied, not changed. */
  readonly before: Hash;
}

/**
 * Sections of a file; none where it is empty.
 * @param buffer as long as a section may be; used for one file at a time
 * @param plain pieces that are valid until the next is asked for
 */
export async function* sectionsOf(plain: AsyncIterable<Uint8Array>, buffer: Uint8Array): AsyncGenerator<Section> {
  const hash = createHash("sha256");
  for await (const section of lineSections(plain, buffer)) {
    const before = hash.copy();
    hash.update(section.bytes);
    yield { ...section, before, digest: hash.copy().digest("hex") };
  }
}

/** As {@link sectionsOf}, without digests. */
export async function* lineSections(plain: AsyncIterable<Uint8Array>, buffer: Uint8Array): AsyncGenerator<LineSection> {
  const pieces = plain[Symbol.asyncIterator]();
  let have = 0;
  let isOverlong = false;
  try {
    for (let piece = await nextPiece(pieces); piece !== null;) {
      const taken = piece.subarray(0, buffer.length - have);
      buffer.set(taken, have);
      have += taken.length;
      piece = taken.length < piece.length ? piece.subarray(taken.length) : await nextPiece(pieces);
      if (have < buffer.length || piece === null) continue;
      const end = buffer.lastIndexOf(NEWLINE) + 1 || have;
      const bytes = buffer.subarray(0, end);
      yield { bytes, isLast: false, overlong: overlongPart(bytes, isOverlong) };
      isOverlong = buffer[end - 1] !== NEWLINE;
      buffer.copyWithin(0, end, have);
      have -= end;
    }
    if (have === 0) return;
    const bytes = buffer.subarray(0, have);
    yield { bytes, isLast: true, overlong: overlongPart(bytes, isOverlong) };
  } finally {
    await pieces.return?.();
  }
}

async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return null;
    if (value.length > 0) return value;
  }
}

function overlongPart(bytes: Uint8Array, isOverlong: boolean): number {
  return isOverlong ? bytes.indexOf(NEWLINE) + 1 || bytes.length : 0;
}

/** Line ends among the bytes; a last line without one counts. */
export function lineCount(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; lines += 1) {
    const end = bytes.indexOf(NEWLINE, at);
    at = end < 0 ? bytes.length : end + 1;
  }
  return lines;
}
