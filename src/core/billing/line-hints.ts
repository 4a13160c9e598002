/** What a difference on a line may come from. A guess to look into, never an explanation: the sum stays unexplained. */
import type { LedgerItem } from "../pricing/ledger.ts";

const MORE_BILLED: Readonly<Partial<Record<LedgerItem, string>>> = {
  storage: "perhaps noncurrent versions, delete markers, or objects that no event told of (--scan)",
  monitoring: "perhaps objects that no event told of (--scan)",
  put: "perhaps uploads in parts, overwritten content, or copies by others",
  get: "perhaps readers that no event tells of, or HEADs",
  list: "listings, which the state does not count",
  transition: "perhaps the bucket's own lifecycle rules",
  retrieval: "perhaps readers that no event tells of",
  "early-deletion": "perhaps content overwritten or deleted without an event",
  "restore-request": "perhaps restores by others",
  "restore-retrieval": "perhaps restores by others",
  "restore-copy": "perhaps restores by others, or kept for longer",
};

const MORE_MODELLED: Readonly<Partial<Record<LedgerItem, string>>> = {
  storage: "perhaps objects deleted or moved without an event",
  get: "perhaps events of reads that a cache answered",
  retrieval: "perhaps reads of only a part of an object",
};

/**
 * @param line a line of the ledger: `STANDARD_IA storage (padding)`
 * @param isMoreBilled than modelled
 * @returns `null` where there is nothing to suggest.
 */
export function lineHint(line: string, isMoreBilled: boolean): string | null {
  const item = line.split(" ")[1] ?? "";
  const hint = Object.entries(isMoreBilled ? MORE_BILLED : MORE_MODELLED).find(([name]) => name === item);
  return hint?.[1] ?? null;
}
