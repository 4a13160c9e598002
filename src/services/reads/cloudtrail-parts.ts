/**
 * A CloudTrail log in parts of records that follow each other. The same records are parted in the same places wherever they
 * lie, so that each part is known again by a digest of the records up to its end.
 */
import { createHash } from "node:crypto";
import { RecordSplitter } from "../../core/cloudtrail/record-splitter.ts";
import { type CountedTrail, type TrailCountOptions, TrailCounter } from "../../core/cloudtrail/trail-counter.ts";
import { AstraError } from "../../core/errors.ts";

/** Bytes of records after which a part ends: it bounds what memory holds of a file. */
export const PART_BYTES = 64 * 1024 * 1024;

export interface TrailPart extends CountedTrail {
  /** SHA-256 over the records from the file's first to the part's last, hex. */
  readonly digest: string;
  readonly isLast: boolean;
}

/**
 * @param plain the file's content in pieces
 * @returns whether it was a log: parts come of no other file
 * @throws AstraError ASTRA_TRAIL_INVALID where it ends too early, or is none of CloudTrail's files; whole parts have been given
 */
export async function* trailParts(
  name: string,
  plain: AsyncIterable<Uint8Array>,
  options: TrailCountOptions,
  partBytes = PART_BYTES,
): AsyncGenerator<TrailPart, "log" | "digest"> {
  const splitter = new RecordSplitter();
  const hash = createHash("sha256").update("cloudtrail\n");
  let counter = new TrailCounter(options);
  let bytes = 0;
  let isEmpty = true;
  for await (const piece of plain) {
    for (const record of splitter.push(piece)) {
      hash.update(record ?? "too long").update("\n");
      counter.count(record);
      isEmpty = false;
      bytes += record?.length ?? 0;
      if (bytes < partBytes) continue;
      yield { ...counter.counted(), digest: hash.copy().digest("hex"), isLast: false };
      counter = new TrailCounter(options);
      bytes = 0;
      isEmpty = true;
    }
  }
  const form = splitter.finish();
  if (form === "digest") return "digest";
  if (form !== "log") {
    const reason = form === "cut" ? "the file ends too early" : "it holds no `Records`";
    throw new AstraError("ASTRA_TRAIL_INVALID", `the trail cannot be read: ${reason}`, { where: name });
  }
  // Logs without records are all alike, but not the same.
  if (isEmpty) hash.update(name);
  yield { ...counter.counted(), digest: hash.digest("hex"), isLast: true };
  return "log";
}
