/** The plain content of a file, whether it is gzipped (told by its first bytes, not by its name) or not. */
import { type Gunzip, createGunzip } from "node:zlib";
import { AstraError } from "../../core/errors.ts";

const GZIP = [0x1f, 0x8b];
const PIECE_BYTES = 256 * 1024;

/**
 * Pieces as stored in, pieces of plain content out; each is valid until the next is asked for.
 * @throws AstraError ASTRA_ACCESS_LOG_INVALID for a damaged or cut gzip file; what was before the fault has been given
 */
export async function* plainBytes(name: string, stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = stored[Symbol.asyncIterator]();
  try {
    const head = await headOf(pieces);
    const isGzip = head.length >= GZIP.length && GZIP.every((byte, index) => head[index] === byte);
    const whole = continued(head, pieces);
    if (isGzip) yield* gunzipped(name, whole);
    else yield* whole;
  } finally {
    await pieces.return?.();
  }
}

/** The first piece, with the next ones where it is too short to tell what it begins. */
async function headOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < GZIP.length) {
    const { done, value } = await pieces.next();
    if (done) break;
    if (head.length === 0 && value.length >= GZIP.length) return value;
    const longer = new Uint8Array(head.length + value.length);
    longer.set(head);
    longer.set(value, head.length);
    head = longer;
  }
  return head;
}

async function* continued(head: Uint8Array, pieces: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
}

async function* gunzipped(name: string, stored: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const fed = feed(gunzip, stored);
  try {
    const pieces: AsyncIterable<Uint8Array> = gunzip;
    yield* pieces;
  } catch (error) {
    throw damaged(name, error);
  } finally {
    gunzip.destroy();
    await fed;
  }
}

/** A fault of the source comes out where the plain content is read. */
async function feed(gunzip: Gunzip, stored: AsyncIterable<Uint8Array>): Promise<void> {
  // A write that waits for its reader is never answered once the stream is closed.
  const closed = new Promise<void>((done) => gunzip.once("close", done));
  try {
    for await (const piece of stored) {
      // A fault of the content ends the reader's loop; here it only ends the wait.
      await Promise.race([new Promise<void>((done) => gunzip.write(piece, () => done())), closed]);
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

const REASONS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: "the gzip file ends too early",
  Z_DATA_ERROR: "the gzip file is damaged",
};

function damaged(name: string, error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code];
  if (reason === undefined) return error;
  return new AstraError("ASTRA_ACCESS_LOG_INVALID", `the log cannot be read: ${reason}`, { where: name, cause: error });
}
