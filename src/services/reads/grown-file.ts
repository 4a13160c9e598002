/** Files of this machine that were counted before and have grown since: only what is new in them may count. */
import { createHash } from "node:crypto";
import type { Section } from "./sections.ts";

const NEWLINE = 0x0a;
/** Digests asked for at a time. */
const ASKED = 2000;
/** Shorter first lines are headings of a tool, which files have in common; a record of a log is longer. */
const LEAST_RECORD = 100;

/**
 * Marks a file by its first record, which no other has: it holds the id of a request.
 * @returns `null` where there is none to tell it by
 */
export function beginningOf({ bytes }: Pick<Section, "bytes">): string | null {
  const end = bytes.indexOf(NEWLINE);
  if (end < LEAST_RECORD) return null;
  return `begins:${createHash("sha256").update(bytes.subarray(0, end)).digest("hex")}`;
}

/**
 * Bytes of a section that were counted when the file ended there.
 * @param known for each digest, whether content up to there was counted
 * @returns `null` where it never ended at a line's end within the section
 */
export async function countedBytes(
  { bytes, before }: Pick<Section, "bytes" | "before">,
  known: (digests: readonly string[]) => Promise<readonly boolean[]>,
): Promise<number | null> {
  const hash = before.copy();
  let found: number | null = null;
  let ends: number[] = [];
  let digests: string[] = [];
  const ask = async (): Promise<void> => {
    const answers = await known(digests);
    found = ends.findLast((_, index) => answers[index] === true) ?? found;
    ends = [];
    digests = [];
  };
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    if (end === 0) break;
    hash.update(bytes.subarray(start, end));
    digests.push(hash.copy().digest("hex"));
    ends.push(end);
    start = end;
    if (digests.length >= ASKED) await ask();
  }
  await ask();
  return found;
}
