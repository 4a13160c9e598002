/**
 * Server access logs as a busy bucket has them: lines of 400 to 500 bytes in the order of time, hour by hour a file, keys by
 * Zipf's law, readers of a few roles; and what a plain reader makes of them, which shares no code with what is measured.
 */
import { createReadStream, openSync, closeSync, writeSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FILES = 24;
const DAY = "21/Nov/2026";
const OWNER = "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be";
const HOST_ID = "s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=";
export const LOGGED_BUCKET = "data-bucket";
const WRITE_LINES = 2000;

/** A generator of Numerical Recipes (Press et al., 2nd ed., section 7.1): the same lines every time. */
class Repeatable {
  #state = 20_260_301;

  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  hex(): string {
    return Math.floor(this.next() * 2 ** 32)
      .toString(16)
      .toUpperCase()
      .padStart(8, "0");
  }
}

/** Writes `lines` lines about at most `objects` objects. */
export function writeAccessLogs(folder: string, lines: number, objects: number): void {
  const random = new Repeatable();
  const perFile = Math.ceil(lines / FILES);
  for (let file = 0; file * perFile < lines; file++) {
    const hour = String(file).padStart(2, "0");
    const written = openSync(join(folder, `2026-11-21-${hour}-00-00-${random.hex()}${random.hex()}`), "w");
    const count = Math.min(perFile, lines - file * perFile);
    let held: string[] = [];
    for (let line = 0; line < count; line++) {
      const second = Math.floor((line / count) * 3600);
      const clock = `${hour}:${String(Math.floor(second / 60)).padStart(2, "0")}:${String(second % 60).padStart(2, "0")}`;
      held.push(lineOf(random, clock, Math.floor((objects + 1) ** random.next()) - 1));
      if (held.length < WRITE_LINES && line + 1 < count) continue;
      writeSync(written, held.join(""));
      held = [];
    }
    closeSync(written);
  }
}

/** One in ten is no read, one in fifty a read without data. */
function lineOf(random: Repeatable, clock: string, object: number): string {
  const kind = random.next();
  const method = kind < 0.1 ? "HEAD" : "GET";
  const status = kind > 0.98 ? "304 - -" : "200 - 65536";
  const name = `p-${String(object % 997).padStart(3, "0")}/o${object % 5 === 0 ? "%20" : "-"}${String(object).padStart(9, "0")}.parquet`;
  const key = name.replaceAll("%", "%25");
  const reader = Math.floor(random.next() * 40);
  return (
    `${OWNER} ${LOGGED_BUCKET} [${DAY}:${clock} +0000] 192.0.2.${reader} arn:aws:sts::123456789012:assumed-role/readers/s-${reader} ` +
    `${random.hex()}${random.hex()} REST.${method}.OBJECT ${key} "${method} /${name} HTTP/1.1" ${status} 65536 ${reader} ${reader} ` +
    `"-" "aws-sdk-java/2.20 Linux/5.10" - ${HOST_ID} SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader s3.us-west-1.amazonaws.com TLSV1.2 - -\n`
  );
}

/** Reads of each object by its key, line by line with the plainest of means. */
export async function readsByKey(folder: string): Promise<Map<string, number>> {
  const reads = new Map<string, number>();
  for (const name of await readdir(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const found = /REST\.GET\.OBJECT (\S+) "[^"]*" 20[06] /.exec(line);
      if (!found) continue;
      const key = decodeURIComponent(decodeURIComponent(found[1] ?? ""));
      reads.set(key, (reads.get(key) ?? 0) + 1);
    }
  }
  return reads;
}
