import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BillingRow, microsOfPicos, parsePicodollars } from "./cost-report.ts";
import { ReportTally } from "./reconcile.ts";

function row(changes: Partial<BillingRow> & { readonly cost?: string } = {}): BillingRow {
  const { cost = "1", ...rest } = changes;
  return {
    place: "cur.csv:2",
    service: "AmazonS3",
    lineItemType: "Usage",
    usageType: "TimedStorage-ByteHrs",
    operation: "StandardStorage",
    bucket: "data",
    usageAmount: 2,
    costPicos: parsePicodollars(cost) ?? 0n,
    startMs: Date.UTC(2026, 8, 3),
    ...rest,
  };
}

function reconciled(rows: readonly BillingRow[], modelled: Record<string, Record<string, number>>, bucket?: string) {
  const tally = new ReportTally("2026-09", bucket ?? null);
  for (const each of rows) tally.add(each);
  return tally.reconcile(new Map(Object.entries(modelled)));
}

describe("billed beside modelled", () => {
  test("by line; a difference that nobody can explain stays one", () => {
    const result = reconciled([row({ cost: "0.6" }), row({ cost: "0.5", usageType: "EUC1-TimedStorage-ByteHrs" })], {
      data: { "STANDARD storage": 1_000_000 },
    });
    expect(result.buckets[0]).toMatchObject({
      bucket: "data",
      isModelled: true,
      billedMicros: 1_100_000,
      modelledMicros: 1_000_000,
      unexplainedMicros: 100_000,
      lines: [
        {
          line: "STANDARD storage",
          kind: "usage",
          usageTypes: ["EUC1-TimedStorage-ByteHrs", "TimedStorage-ByteHrs"],
          usageAmount: 4,
          billedMicros: 1_100_000,
          modelledMicros: 1_000_000,
          differenceMicros: 100_000,
          explanation: null,
          hint: expect.stringContaining("noncurrent versions") as string,
        },
      ],
    });
    expect(result.totals.unexplainedMicros).toBe(100_000);
  });

  test("what is modelled and not billed is a difference as well", () => {
    const result = reconciled([row()], { data: { "STANDARD storage": 1_000_000, "GLACIER storage": 250_000 } });
    expect(result.buckets[0]?.lines[0]).toMatchObject({ line: "GLACIER storage", differenceMicros: -250_000 });
    expect(result.totals.unexplainedMicros).toBe(-250_000);
  });

  test("a line outside the model says why; one that nobody knows is unexplained", () => {
    const rows = [
      row({ usageType: "DataTransfer-Out-Bytes", operation: "GetObject", cost: "9" }),
      row({ usageType: "Frobnication", operation: "", cost: "0.25" }),
    ];
    const result = reconciled(rows, { data: {} });
    expect(result.buckets[0]?.lines).toMatchObject([
      { line: "Frobnication", kind: "unknown", modelledMicros: null, explanation: null },
      {
        line: "DataTransfer-Out-Bytes",
        kind: "outside",
        explanation: expect.stringContaining("data transfer") as string,
      },
    ]);
    expect(result.totals).toMatchObject({
      billedMicros: 9_250_000,
      outsideMicros: 9_000_000,
      unexplainedMicros: 250_000,
    });
  });

  test("tax, credits, refunds and corrections are kept apart", () => {
    const rows = [
      row({ lineItemType: "Tax", usageType: "", operation: "", cost: "0.19" }),
      row({ lineItemType: "Refund", cost: "-0.5" }),
      row({ cost: "-0.125" }),
      row({ cost: "1" }),
    ];
    const result = reconciled(rows, { data: { "STANDARD storage": 1_000_000 } });
    expect(result.buckets[0]?.lines.map(({ line, kind, billedMicros }) => [line, kind, billedMicros])).toEqual([
      ["STANDARD storage", "usage", 1_000_000],
      ["Refund", "adjustment", -500_000],
      ["STANDARD storage (correction)", "adjustment", -125_000],
      ["Tax", "adjustment", 190_000],
    ]);
    expect(result.totals).toMatchObject({ adjustmentMicros: -435_000, unexplainedMicros: 0 });
  });

  test("a bucket that Astra does not know is outside, and rows of no bucket too", () => {
    const result = reconciled([row({ bucket: "other" }), row({ bucket: "" })], {});
    expect(
      result.buckets.map(({ bucket, isModelled, unexplainedMicros }) => [bucket, isModelled, unexplainedMicros]),
    ).toEqual([
      ["", false, 0],
      ["other", false, 0],
    ]);
    expect(result.buckets[1]?.lines[0]?.explanation).toContain("no object of this bucket");
  });

  test("rounding is called so", () => {
    const result = reconciled([row({ cost: "0.0000004" })], { data: { "STANDARD storage": 0 } });
    expect(result.buckets[0]?.lines[0]?.explanation).toBe("rounding");
  });

  test("what is not asked for is set aside and counted", () => {
    const rows = [
      row({ service: "AmazonEC2", cost: "5" }),
      row({ startMs: Date.UTC(2026, 7, 31, 23), cost: "2" }),
      row({ bucket: "other", cost: "3" }),
      row(),
    ];
    const result = reconciled(rows, { data: {} }, "data");
    expect(result).toMatchObject({ rows: 4, billedMicros: 11_000_000 });
    expect(result.setAside).toEqual([
      { why: "other service", rows: 1, billedMicros: 5_000_000 },
      { why: "other month", rows: 1, billedMicros: 2_000_000 },
      { why: "other bucket", rows: 1, billedMicros: 3_000_000 },
    ]);
    expect(result.buckets.map(({ bucket }) => bucket)).toEqual(["data"]);
  });
});

const someRow = fc
  .record({
    service: fc.constantFrom("AmazonS3", "AmazonS3GlacierDeepArchive", "AmazonEC2"),
    lineItemType: fc.constantFrom("Usage", "Usage", "Usage", "Tax", "Credit"),
    usageType: fc.constantFrom(
      "TimedStorage-ByteHrs",
      "EUC1-Requests-Tier3",
      "Retrieval-SIA",
      "Odd",
      "DataTransfer-Out-Bytes",
    ),
    operation: fc.constantFrom("StandardStorage", "RestoreObject", "S3-GDATransition", ""),
    bucket: fc.constantFrom("data", "other", ""),
    picos: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
    startMs: fc.constantFrom(Date.UTC(2026, 8, 1), Date.UTC(2026, 8, 30), Date.UTC(2026, 9, 1)),
  })
  .map(({ picos, ...rest }) => ({ ...row(rest), costPicos: picos }));

test("whatever the rows, every dollar is in exactly one place and the totals add up", () => {
  const model = fc.dictionary(fc.constantFrom("STANDARD storage", "GLACIER storage"), fc.nat(10_000_000));
  fc.assert(
    fc.property(fc.array(someRow, { maxLength: 60 }), model, (rows, lines) => {
      const result = reconciled(rows, { data: lines });
      const total = rows.reduce((sum, each) => sum + each.costPicos, 0n);
      expect(result.billedMicros).toBe(microsOfPicos(total));
      // Micros of each part are doubles: exact to their own precision.
      const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThan(1e-3);
      const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
      near(
        sum(result.setAside.map(({ billedMicros }) => billedMicros)) +
          sum(result.buckets.map((each) => each.billedMicros)),
        result.billedMicros,
      );
      for (const bucket of [...result.buckets, result.totals]) {
        const { billedMicros, modelledMicros, outsideMicros, adjustmentMicros, unexplainedMicros } = bucket;
        near(billedMicros, modelledMicros + outsideMicros + adjustmentMicros + unexplainedMicros);
      }
      for (const bucket of result.buckets) {
        near(sum(bucket.lines.map(({ billedMicros }) => billedMicros)), bucket.billedMicros);
        near(sum(bucket.lines.map(({ modelledMicros }) => modelledMicros ?? 0)), bucket.modelledMicros);
        for (const line of bucket.lines) near(line.differenceMicros, line.billedMicros - (line.modelledMicros ?? 0));
      }
      near(sum(result.buckets.map((each) => each.unexplainedMicros)), result.totals.unexplainedMicros);
    }),
  );
});
