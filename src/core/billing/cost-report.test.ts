import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  REPORT_COLUMNS,
  type ReportCell,
  billingRow,
  columnName,
  microsOfPicos,
  parsePicodollars,
  picosOfMicros,
  reportColumns,
} from "./cost-report.ts";
import { AstraError } from "../errors.ts";

const GOOD: Readonly<Record<string, ReportCell>> = {
  line_item_product_code: "AmazonS3",
  line_item_line_item_type: "Usage",
  line_item_usage_type: "TimedStorage-ByteHrs",
  line_item_operation: "StandardStorage",
  line_item_resource_id: "data",
  line_item_usage_amount: "1.5",
  line_item_unblended_cost: "0.0345000000",
  line_item_currency_code: "USD",
  line_item_usage_start_date: "2026-09-01T00:00:00Z",
};

const row = (changes: Readonly<Record<string, ReportCell>> = {}) =>
  billingRow((column) => ({ ...GOOD, ...changes })[column], "cur.csv:7");

function fault(run: () => unknown): AstraError {
  try {
    run();
  } catch (error) {
    if (error instanceof AstraError) return error;
  }
  throw new RangeError("nothing was refused");
}

describe("columns", () => {
  test("of legacy reports and of CUR 2.0 have one name", () => {
    expect(columnName("lineItem/UsageType")).toBe("line_item_usage_type");
    expect(columnName("lineItem/LineItemType")).toBe("line_item_line_item_type");
    expect(columnName(" line_item_usage_start_date ")).toBe("line_item_usage_start_date");
    const legacy = REPORT_COLUMNS.map(
      (column) =>
        `lineItem/${column
          .slice(10)
          .split("_")
          .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
          .join("")}`,
    );
    expect(reportColumns(["identity/LineItemId", ...legacy], "x").line_item_usage_type).toBe(3);
  });

  test("that are missing are named in both spellings", () => {
    const header = REPORT_COLUMNS.filter((column) => !/resource_id|operation/.test(column));
    const error = fault(() => reportColumns(header, "cur.csv:1"));
    expect(error.code).toBe("ASTRA_REPORT_INVALID");
    expect(error.message).toBe(
      "the report lacks line_item_operation (lineItem/Operation), line_item_resource_id (lineItem/ResourceId)",
    );
    expect(error.where).toBe("cur.csv:1");
    expect(error.fix).toContain("resource ids");
  });

  test("of another file are none of a report", () => {
    expect(fault(() => reportColumns(["a", "b"], "notes.csv")).message).toContain("no Cost and Usage Report");
  });
});

describe("a row", () => {
  test("is read from text and from typed columns alike", () => {
    expect(row()).toEqual({
      place: "cur.csv:7",
      service: "AmazonS3",
      lineItemType: "Usage",
      usageType: "TimedStorage-ByteHrs",
      operation: "StandardStorage",
      bucket: "data",
      usageAmount: 1.5,
      costPicos: 34_500_000_000n,
      startMs: Date.UTC(2026, 8, 1),
    });
    const typed = {
      line_item_usage_amount: 1.5,
      line_item_unblended_cost: 0.0345,
      line_item_usage_start_date: new Date("2026-09-01T00:00:00Z"),
    };
    expect(row(typed)).toEqual(row());
  });

  test.each(["2026-09-01", "2026-09-01 00:00:00", "2026-09-01T00:00:00.000Z", "2026-09-01 00:00:00.000000 UTC"])(
    "may begin at %s",
    (start) => {
      expect(row({ line_item_usage_start_date: start }).startMs).toBe(Date.UTC(2026, 8, 1));
    },
  );

  test("names its bucket plainly or by an ARN, or none", () => {
    expect(row({ line_item_resource_id: "arn:aws:s3:::data" }).bucket).toBe("data");
    expect(row({ line_item_resource_id: "arn:aws-us-gov:s3:::data/prefix" }).bucket).toBe("data");
    expect(row({ line_item_resource_id: null }).bucket).toBe("");
  });

  test.each<[Record<string, ReportCell>, RegExp]>([
    [{ line_item_currency_code: "EUR" }, /in EUR, not in USD/],
    [{ line_item_currency_code: "" }, /no currency/],
    [{ line_item_unblended_cost: "" }, /line_item_unblended_cost: the cell is empty/],
    [{ line_item_unblended_cost: "1,5" }, /"1,5" where an amount of dollars/],
    [{ line_item_unblended_cost: Number.NaN }, /"NaN" where an amount/],
    [{ line_item_usage_amount: "many" }, /line_item_usage_amount/],
    [{ line_item_usage_start_date: "September" }, /line_item_usage_start_date/],
    [{ line_item_usage_start_date: "2026-13-01T00:00:00Z" }, /line_item_usage_start_date/],
  ])("%j is refused with its place", (changes, says) => {
    const error = fault(() => row(changes));
    expect(error.code).toBe("ASTRA_REPORT_INVALID");
    expect(error.message).toMatch(says);
    expect(error.where).toBe("cur.csv:7");
  });
});

describe("money", () => {
  test.each([
    ["0", 0n],
    ["1", 1_000_000_000_000n],
    ["-2.5", -2_500_000_000_000n],
    ["0.0000000001", 100n],
    ["1.5E-7", 150_000n],
    ["4e2", 400_000_000_000_000n],
    [".5", 500_000_000_000n],
    ["0.0000000000005", 1n],
    ["0.00000000000049", 0n],
  ])("%s", (text, picos) => {
    expect(parsePicodollars(text)).toBe(picos);
  });

  test.each(["", ".", "-", "1.2.3", "0x10", "Infinity", "1e9999", "1e400", "2e15", "9".repeat(5000), "$1"])(
    "%j is none",
    (text) => {
      expect(parsePicodollars(text)).toBeNull();
    },
  );

  test("any double is read to twelve decimals", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (dollars) => {
        const picos = parsePicodollars(String(dollars));
        expect(Math.abs(microsOfPicos(picos ?? -1n) - dollars * 1e6)).toBeLessThan(1e-3);
      }),
    );
    expect(picosOfMicros(3)).toBe(3_000_000n);
  });
});
