/**
 * Which records of a fetch belong to transactions that were given up. A broker sends them even to readers of committed
 * records only, with a list of the transactions to leave out (KIP-98, "Fetch"). The library's own sieve keeps only one
 * transaction per producer, and lets those through whose end lies behind the fetch.
 */
import { IS_CONTROL, IS_TRANSACTIONAL, type RecordsBatch } from "@platformatic/kafka";

/** A transaction that was given up, as a fetch lists it. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The batches whose records count: neither markers nor parts of an aborted transaction. */
export function* countingBatches(
  batches: readonly RecordsBatch[],
  aborted: readonly AbortedTransaction[],
): Generator<RecordsBatch> {
  const coming = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const givenUp = new Set<bigint>();
  for (const batch of batches) {
    const end = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    for (let first = coming[0]; first && first.firstOffset <= end; first = coming[0]) {
      givenUp.add(first.producerId);
      coming.shift();
    }
    // The marker ends its producer's transaction; what the producer writes after it belongs to the next one.
    if ((batch.attributes & IS_CONTROL) !== 0) givenUp.delete(batch.producerId);
    else if ((batch.attributes & IS_TRANSACTIONAL) === 0 || !givenUp.has(batch.producerId)) yield batch;
  }
}
