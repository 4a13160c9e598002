/** Why the money guards refuse a move, in terms a person can act on. */
import type { MoveSums, Refusal } from "./decide.ts";
import { ratesOf } from "./pricing/class-rates.ts";
import type { PriceBook } from "./pricing/price-book.ts";

/**
 * What makes a move not pay: too small an object (`billed_minimum`, `not_cooled`, `overhead`), its reads, the class's
 * monitoring fee or rent (`dearer`), or the largest part of the fee.
 */
export const REFUSAL_CAUSES = [
  "billed_minimum",
  "not_cooled",
  "overhead",
  "reads",
  "monitoring",
  "dearer",
  "requests",
  "retrieval",
  "early_deletion",
  "noncurrent",
] as const;
export type RefusalCause = (typeof REFUSAL_CAUSES)[number];

/** A cause, and the size below which it strikes, where there is one. */
export interface CauseFound {
  readonly cause: RefusalCause;
  readonly limitBytes: number | null;
}

/** @returns `null` for refusals that are not about money */
export function refusalCause(
  refusal: Refusal,
  sums: MoveSums | null,
  move: { readonly to: string; readonly sizeBytes: number },
  prices: PriceBook,
): CauseFound | null {
  if (!sums) return null;
  if (refusal === "payback") return { cause: largestFee(sums), limitBytes: null };
  return refusal === "saving_under_fee" ? noSaving(sums, move, prices) : null;
}

function largestFee({ fee }: MoveSums): RefusalCause {
  const requests = fee.requestsMicros + fee.tagMicros;
  const { retrievalMicros, earlyDeletionMicros, noncurrentMicros } = fee;
  const most = Math.max(requests, retrievalMicros, earlyDeletionMicros, noncurrentMicros);
  if (requests === most) return "requests";
  if (retrievalMicros === most) return "retrieval";
  return earlyDeletionMicros === most ? "early_deletion" : "noncurrent";
}

function noSaving(
  { billNow, billThen }: MoveSums,
  { to, sizeBytes }: { readonly to: string; readonly sizeBytes: number },
  prices: PriceBook,
): CauseFound {
  const target = ratesOf(prices).managed.get(to)?.prices;
  const rentSaved = billNow.storageMicros - billThen.storageMicros;
  const monitoring = billThen.monitoringMicros - billNow.monitoringMicros;
  if (rentSaved <= 0) {
    const minimum = target?.minimumBilledBytes ?? 0;
    if (sizeBytes < minimum) return { cause: "billed_minimum", limitBytes: minimum };
    const cooledFrom = target?.innerTiers ? (target.monitoring?.fromBytes ?? 0) : 0;
    if (sizeBytes < cooledFrom) return { cause: "not_cooled", limitBytes: cooledFrom };
    const overhead = (target?.overheadBytes ?? 0) + (target?.baseOverheadBytes ?? 0);
    return { cause: overhead > sizeBytes ? "overhead" : "dearer", limitBytes: null };
  }
  return { cause: rentSaved <= monitoring ? "monitoring" : "reads", limitBytes: null };
}
