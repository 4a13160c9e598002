import { gzipSync } from "node:zlib";
import { writeFile } from "node:fs/promises";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/state-sqlite.ts";
import type { BillingRow } from "../../core/billing/cost-report.ts";
import { isAstraError } from "../../core/errors.ts";
import { localBillingFiles } from "./billing-files.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const LEGACY =
  "identity/LineItemId,lineItem/ProductCode,lineItem/LineItemType,lineItem/UsageType,lineItem/Operation,lineItem/ResourceId,lineItem/UsageAmount,lineItem/UnblendedCost,lineItem/CurrencyCode,lineItem/UsageStartDate";
const CUR2 =
  "line_item_product_code,line_item_line_item_type,line_item_usage_type,line_item_operation,line_item_resource_id,line_item_usage_amount,line_item_unblended_cost,line_item_currency_code,line_item_usage_start_date";
const ROW = "AmazonS3,Usage,TimedStorage-ByteHrs,StandardStorage,data,1.5,0.0345000000,USD,2026-09-01T00:00:00Z";

async function rowsOf(name: string, content: string | Uint8Array): Promise<BillingRow[]> {
  const path = folder.file(name);
  await writeFile(path, content);
  const rows: BillingRow[] = [];
  for await (const batch of localBillingFiles().rows(path)) rows.push(...batch);
  return rows;
}

async function refusal(name: string, content: string | Uint8Array): Promise<string> {
  try {
    await rowsOf(name, content);
  } catch (error) {
    if (isAstraError(error, "ASTRA_REPORT_INVALID")) return `${error.where?.split("/").at(-1)}: ${error.message}`;
    throw error;
  }
  return "accepted";
}

describe("CSV", () => {
  test("legacy and CUR 2.0, with BOM, CRLF, quotes, and without a last line end", async () => {
    const legacy = `\ufeff${LEGACY}\r\n"id,1",${ROW}\r\n\r\nid2,${ROW.replace("StandardStorage", '"Standard ""x""\nStorage"')}`;
    const [first, second] = await rowsOf("legacy.csv", legacy);
    expect(first).toMatchObject({ bucket: "data", costPicos: 34_500_000_000n, usageAmount: 1.5 });
    expect(second).toMatchObject({ operation: 'Standard "x"\nStorage' });
    expect(second?.place).toMatch(/legacy\.csv:4$/);
    expect(await rowsOf("cur2.csv", `${CUR2}\n${ROW}\n`)).toHaveLength(1);
  });

  test("gzipped, whatever its name, and longer than a piece of the file", async () => {
    const text = `${CUR2}\n${`${ROW}\n`.repeat(5_000)}`;
    const rows = await rowsOf("many.csv", gzipSync(text));
    expect(rows).toHaveLength(5_000);
    expect(rows.at(-1)?.place).toMatch(/many\.csv:5001$/);
    expect(rows.reduce((sum, { costPicos }) => sum + costPicos, 0n)).toBe(34_500_000_000n * 5_000n);
  });

  test.each([
    ["empty.csv", "", "empty.csv: the file is empty"],
    ["blank.csv", "\n\n", "blank.csv: the file is empty"],
    ["header.csv", `${CUR2}\n`, "header.csv: the report has no rows"],
    ["other.csv", "a,b\n1,2\n", "other.csv:1: this is no Cost and Usage Report: it has none of its columns"],
    ["short.csv", `${CUR2}\n${ROW}\nAmazonS3,Usage\n`, "short.csv:3: the row has 2 cells, the header 9"],
    ["open.csv", `${CUR2}\n"AmazonS3,Usage\n`, "open.csv:2: a quote is opened here and never closed"],
    ["after.csv", `${CUR2}\n"AmazonS3"x,Usage\n`, "after.csv:2: text follows a closing quote"],
    ["inside.csv", `${CUR2}\nAma"zon\n`, "inside.csv:2: a quote stands in the middle of a cell"],
    ["euro.csv", `${CUR2}\n${ROW.replace("USD", "EUR")}\n`, "euro.csv:2: the row is in EUR, not in USD"],
    ["zip.csv", "PK\u0003\u0004", "zip.csv: the file is a ZIP archive"],
  ])("%s is refused", async (name, content, says) => {
    expect(await refusal(name, content)).toBe(says);
  });

  test("that is cut off, damaged, not text, or not there is refused", async () => {
    const whole = gzipSync(`${CUR2}\n${ROW}\n`);
    expect(await refusal("cut.csv.gz", whole.subarray(0, whole.length - 9))).toContain("ends too early");
    const damaged = Uint8Array.from(whole);
    damaged.fill(0xff, 12, 40);
    expect(await refusal("damaged.csv.gz", damaged)).toContain("damaged");
    expect(await refusal("latin.csv", new Uint8Array([0x61, 0xff, 0x0a]))).toContain("not UTF-8");
    const missing = localBillingFiles().rows(folder.file("none.csv"));
    await expect(Array.fromAsync(missing)).rejects.toThrow("there is no such file");
  });
});

describe("Parquet", () => {
  const columns = (changes: Readonly<Record<string, unknown[]>> = {}) => {
    const data: Record<string, unknown[]> = {
      line_item_product_code: ["AmazonS3", "AmazonS3"],
      line_item_line_item_type: ["Usage", "Usage"],
      line_item_usage_type: ["TimedStorage-ByteHrs", "Requests-Tier1"],
      line_item_operation: ["StandardStorage", "PutObject"],
      line_item_resource_id: ["data", "data"],
      line_item_usage_amount: [1.5, 1000],
      line_item_unblended_cost: [0.0345, 0.005],
      line_item_currency_code: ["USD", "USD"],
      line_item_usage_start_date: [new Date("2026-09-01T00:00:00Z"), new Date("2026-09-02T00:00:00Z")],
      ...changes,
    };
    return Object.entries(data).map(([name, values]) => ({ name, data: values }));
  };
  const file = (columnData: ReturnType<typeof columns>, rowGroupSize = 1) =>
    new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize }));

  test("with typed columns, over several row groups", async () => {
    const rows = await rowsOf("cur.parquet", file(columns()));
    expect(rows.map(({ usageType, costPicos, startMs }) => [usageType, costPicos, startMs])).toEqual([
      ["TimedStorage-ByteHrs", 34_500_000_000n, Date.UTC(2026, 8, 1)],
      ["Requests-Tier1", 5_000_000_000n, Date.UTC(2026, 8, 2)],
    ]);
    expect(rows[1]?.place).toMatch(/cur\.parquet row 2$/);
  });

  test("without a column, with a broken row, or damaged is refused", async () => {
    const lacking = columns().filter(({ name }) => name !== "line_item_resource_id");
    expect(await refusal("lacking.parquet", file(lacking))).toContain("lacks line_item_resource_id");
    const euro = columns({ line_item_currency_code: ["USD", "EUR"] });
    expect(await refusal("euro.parquet", file(euro))).toBe("euro.parquet row 2: the row is in EUR, not in USD");
    const whole = file(columns());
    expect(await refusal("cut.parquet", whole.subarray(0, 40))).toContain("cannot be read");
  });
});
