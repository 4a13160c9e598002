import fc from "fast-check";
import type { RecordsBatch } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";

import { countingBatches, type AbortedTransaction } from "./transactions.ts";

const TRANSACTIONAL = 1 << 4;
const CONTROL = 1 << 5;

function batch(firstOffset: number, length: number, producerId: number, attributes: number): RecordsBatch {
  return {
    firstOffset: BigInt(firstOffset),
    lastOffsetDelta: length - 1,
    producerId: BigInt(producerId),
    attributes,
    length: 0,
    partitionLeaderEpoch: 0,
    magic: 2,
    crc: 0,
    firstTimestamp: 0n,
    maxTimestamp: 0n,
    producerEpoch: 0,
    firstSequence: 0,
    records: [],
  };
}

const counting = (batches: readonly RecordsBatch[], aborted: readonly AbortedTransaction[]): number[] =>
  [...countingBatches(batches, aborted)].map((each) => Number(each.firstOffset));

const givenUp = (producerId: number, firstOffset: number): AbortedTransaction => ({
  producerId: BigInt(producerId),
  firstOffset: BigInt(firstOffset),
});

describe("aborted transactions", () => {
  test("two of one producer in one fetch are both left out, and the committed one between them is not", () => {
    const batches = [
      batch(0, 2, 7, TRANSACTIONAL),
      batch(2, 1, 7, TRANSACTIONAL | CONTROL),
      batch(3, 2, 7, TRANSACTIONAL),
      batch(5, 1, 7, TRANSACTIONAL | CONTROL),
      batch(6, 2, 7, TRANSACTIONAL),
      batch(8, 1, 7, TRANSACTIONAL | CONTROL),
    ];
    expect(counting(batches, [givenUp(7, 6), givenUp(7, 0)])).toEqual([3]);
  });

  test("one whose end lies behind the fetch is left out as far as it goes", () => {
    const batches = [batch(0, 2, 7, TRANSACTIONAL), batch(2, 2, 8, TRANSACTIONAL), batch(4, 2, 7, TRANSACTIONAL)];
    expect(counting(batches, [givenUp(7, 0)])).toEqual([2]);
  });

  test("one that began before the fetch is left out from its start", () => {
    expect(
      counting([batch(10, 2, 7, TRANSACTIONAL), batch(12, 1, 7, TRANSACTIONAL | CONTROL)], [givenUp(7, 3)]),
    ).toEqual([]);
  });

  test("what a producer writes outside of transactions counts", () => {
    expect(counting([batch(0, 1, 7, 0)], [givenUp(7, 0)])).toEqual([0]);
  });

  test("any interleaving of producers: just the batches of committed transactions count", () => {
    const step = fc.record({
      producer: fc.integer({ min: 1, max: 3 }),
      end: fc.constantFrom("none", "commit", "abort"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(), (steps, cut) => {
        const log = written(steps);
        // A fetch may begin and end anywhere.
        const batches = log.batches.slice(cut % (log.batches.length + 1));
        const start = batches[0]?.firstOffset ?? 0n;
        // A broker lists the transactions that reach into the fetch.
        const listed = log.aborted.filter(({ endOffset }) => endOffset >= start);
        expect(counting(batches, listed)).toEqual(
          batches.map((each) => Number(each.firstOffset)).filter((offset) => log.counting.has(offset)),
        );
      }),
    );
  });
});

interface Written {
  readonly batches: RecordsBatch[];
  readonly aborted: (AbortedTransaction & { readonly endOffset: bigint })[];
  readonly counting: ReadonlySet<number>;
}

/** A partition as producers write it: a batch at each step, and a marker where a transaction ends. */
function written(steps: readonly { readonly producer: number; readonly end: string }[]): Written {
  const batches: RecordsBatch[] = [];
  const aborted: Written["aborted"] = [];
  const counts = new Set<number>();
  const open = new Map<number, number[]>();
  let offset = 0;
  for (const { producer, end } of steps) {
    const parts = open.get(producer) ?? [];
    open.set(producer, [...parts, offset]);
    batches.push(batch(offset, 2, producer, TRANSACTIONAL));
    offset += 2;
    if (end === "none") continue;
    batches.push(batch(offset, 1, producer, TRANSACTIONAL | CONTROL));
    offset += 1;
    const whole = open.get(producer) ?? [];
    open.delete(producer);
    if (end === "abort") aborted.push({ ...givenUp(producer, whole[0] ?? 0), endOffset: BigInt(offset - 1) });
    else for (const part of whole) counts.add(part);
  }
  // The broker shows nothing from the first open transaction on.
  const stable = Math.min(offset, ...[...open.values()].map((parts) => parts[0] ?? offset));
  return { batches: batches.filter((each) => Number(each.firstOffset) < stable), aborted, counting: counts };
}
