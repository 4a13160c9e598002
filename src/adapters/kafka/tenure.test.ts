import { describe, expect, test } from "vitest";

import { Tenure } from "./tenure.ts";
import type { SizedRecord } from "./wire.ts";

const ENOUGH = 1_000;

function record(offset: bigint, size = 10): SizedRecord {
  return { partition: 4, offset, key: null, value: new Uint8Array(size), headers: {}, timestampMs: 0, bytes: size };
}

function records(first: bigint, count: number): SizedRecord[] {
  return Array.from({ length: count }, (_, index) => record(first + BigInt(index)));
}

/** A tenure that begins at 10 and has fetched 10…15. */
function begun(): Tenure {
  const tenure = new Tenure(4);
  tenure.startAt(10n);
  tenure.accept(10n, { records: records(10n, 6), next: 16n });
  return tenure;
}

const offsets = (tenure: Tenure, most: number): bigint[] | undefined =>
  tenure.hand(most)?.records.map((each) => each.offset);

describe("tenure", () => {
  test("wants nothing before it knows where to begin, nor while enough lies ready", () => {
    const tenure = new Tenure(4);
    expect(tenure.wanted(ENOUGH)).toBeUndefined();
    tenure.startAt(10n);
    expect(tenure.wanted(ENOUGH)).toBe(10n);
    tenure.accept(10n, { records: [record(10n, 2_000)], next: 11n });
    expect(tenure.wanted(ENOUGH)).toBeUndefined();
    tenure.hand(1);
    expect(tenure.wanted(ENOUGH)).toBe(11n);
  });

  test("hands out one batch at a time, in order", () => {
    const tenure = begun();
    expect(offsets(tenure, 4)).toEqual([10n, 11n, 12n, 13n]);
    expect(tenure.hand(4)).toBeUndefined();
    tenure.committed(14n);
    expect(offsets(tenure, 4)).toEqual([14n, 15n]);
    tenure.committed(16n);
    expect(tenure.hand(4)).toBeUndefined();
  });

  test("hands out again what lies behind a commit inside the batch", () => {
    const tenure = begun();
    tenure.hand(4);
    tenure.committed(12n);
    expect(offsets(tenure, 3)).toEqual([12n, 13n, 14n]);
  });

  test("covers what was handed out, from the last commit on", () => {
    const tenure = begun();
    expect(tenure.covers(10n)).toBe(false);
    tenure.hand(4);
    expect([9n, 10n, 14n, 15n].map((each) => tenure.covers(each))).toEqual([false, true, true, false]);
    tenure.committed(13n);
    expect([12n, 13n, 14n].map((each) => tenure.covers(each))).toEqual([false, true, true]);
  });

  test("ignores an answer to an older question, and steps over offsets without records", () => {
    const tenure = begun();
    tenure.accept(10n, { records: records(10n, 2), next: 12n });
    expect(tenure.wanted(ENOUGH)).toBe(16n);
    tenure.accept(16n, { records: [], next: 20n });
    expect(tenure.wanted(ENOUGH)).toBe(20n);
    expect(offsets(tenure, 100)).toHaveLength(6);
  });

  test("offsets without a record belong to the batch that ends before them", () => {
    const tenure = begun();
    tenure.accept(16n, { records: records(18n, 2), next: 22n });
    expect(tenure.hand(6)).toMatchObject({ from: 10n, next: 16n });
    tenure.committed(16n);
    expect(tenure.hand(6)).toMatchObject({ from: 16n, next: 22n });
    tenure.committed(22n);
    expect(tenure.hand(6)).toBeUndefined();
  });

  test("offsets without any record make a batch of their own, so that the group can come to the end", () => {
    const tenure = begun();
    tenure.hand(6);
    tenure.accept(16n, { records: [], next: 17n });
    expect(tenure.hand(6)).toBeUndefined();
    tenure.committed(16n);
    expect(tenure.hand(6)).toEqual({ partition: 4, from: 16n, next: 17n, records: [] });
    expect(tenure.covers(17n)).toBe(true);
  });

  test("what is lost leaves a gap between two batches, and what was fetched before comes first", () => {
    const tenure = begun();
    tenure.skipLost(16n, 30n);
    expect(tenure.wanted(ENOUGH)).toBe(16n);
    tenure.hand(6);
    tenure.skipLost(16n, 30n);
    tenure.committed(16n);
    tenure.skipLost(16n, 30n);
    expect(tenure.wanted(ENOUGH)).toBe(30n);
    tenure.accept(30n, { records: records(30n, 1), next: 31n });
    expect(tenure.hand(6)).toMatchObject({ from: 30n, next: 31n });
  });
});
