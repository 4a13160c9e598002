/** Compares an object before and after a move: everything its owner stored must be as it was. */
import type { ObjectHead } from "../../ports/object-store.ts";

/** @returns what differs, in words, or `null`. */
export function differenceAfterMove(before: ObjectHead, after: ObjectHead, storageClass: string): string | null {
  if (after.storageClass !== storageClass) return `the class is ${after.storageClass}, not ${storageClass}`;
  if (after.sizeBytes !== before.sizeBytes) return `the size is ${after.sizeBytes}, not ${before.sizeBytes}`;
  if (!sameRecord(before.metadata, after.metadata)) return "the user metadata differs";
  if (!sameRecord(before.contentHeaders, after.contentHeaders)) return "the content headers differ";
  if (after.tagCount !== before.tagCount) return `it has ${after.tagCount} tags, not ${before.tagCount}`;
  if (after.websiteRedirect !== before.websiteRedirect) return "the website redirect differs";
  if (after.encryption?.kmsKeyId !== before.encryption?.kmsKeyId) return "the encryption key differs";
  return checksumDifference(before, after);
}

/** Whole-object checksums of one algorithm must agree; composite ones depend on how the parts were cut. */
function checksumDifference(before: ObjectHead, after: ObjectHead): string | null {
  const [a, b] = [before.checksum, after.checksum];
  if (!a || !b || a.algorithm !== b.algorithm || a.type !== "FULL_OBJECT" || b.type !== "FULL_OBJECT") return null;
  return a.value === b.value ? null : `the ${a.algorithm} checksum differs`;
}

function sameRecord(
  a: Readonly<Record<string, string | undefined>>,
  b: Readonly<Record<string, string | undefined>>,
): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
