/**
 * The public traces of the shared folder, replayed by the protocol of docs/intelligence.md. Figures are those of the days
 * and objects that the folder has: the table of the design page speaks of longer traces.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compressors } from "hyparquet-compressors";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { afterAll, describe, expect, it } from "vitest";
import { astra, oneLine, record } from "../cli/cli.ts";
import { AWS } from "../support/prices.ts";
import { sharedPath } from "../support/shared.ts";
import {
  chargeMove,
  chargeQuiet,
  chargeReadDay,
  earlyDeletion,
  emptyBill,
  holdingFrom,
  totalOf,
} from "../../src/core/backtest/daily-bill.ts";
import { dailyTariff } from "../../src/core/backtest/daily-tariff.ts";
import { GB_BYTES } from "../../src/core/units.ts";

const folder = mkdtempSync(join(tmpdir(), "astra-backtest-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const table = (trace: string, kind: string): string => sharedPath("traces", `${trace}.${kind}.parquet`) ?? "";

async function ratios(trace: string, ...args: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const result = await astra([
    "backtest",
    "trace",
    table(trace, "objects"),
    table(trace, "accesses"),
    "--json",
    ...args,
  ]);
  const { policies } = oneLine(result);
  if (!Array.isArray(policies)) throw new TypeError(result.stdout);
  return new Map(policies.map(record).map(({ policy, ratio }) => [String(policy), Number(ratio)]));
}

const DANDI = "dandi_s3_datasets";
const OBSIDIAN = "obsidian_plugin_releases";

describe("on the shared traces", () => {
  it.each([
    [DANDI, "sync", { standard: 2.038, lifecycle: 4.983, "intelligent-tiering": 1.883, "ski-rental": 1.948 }],
    [DANDI, "explicit", { standard: 1.801, lifecycle: 4.404 }],
    [OBSIDIAN, "all", { standard: 1.841, lifecycle: 24.26, "intelligent-tiering": 1.338, "ski-rental": 1.916 }],
  ] as const)("%s, %s: the challengers cost what they did when this was written", async (trace, setting, expected) => {
    const found = await ratios(trace, "--setting", setting, "--policies", Object.keys(expected).join(","));
    for (const [policy, ratio] of Object.entries(expected))
      expect([policy, (found.get(policy) ?? 0) / ratio]).toEqual([policy, expect.closeTo(1, 3)]);
  });

  it("keeps everything in STANDARD when all objects are of 128 KiB or less: nothing else pays", async () => {
    const found = await ratios(OBSIDIAN, "--size", "128KiB", "--policies", "standard,intelligent-tiering,optimal");
    expect(found.get("standard")).toBeLessThan(found.get("intelligent-tiering") ?? 0);
  });
});

type Row = Readonly<Record<string, unknown>>;

async function rowsOf(path: string): Promise<readonly Row[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path), compressors, utf8: true });
}

const CLASSES = {
  names: ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "INTELLIGENT_TIERING"],
  hasAutoArchive: true,
};

/** Dollars of one object on its path, day by day. */
function pricedPath(object: Row, path: readonly Row[], reads: ReadonlyMap<number, Row>, lastDay: number): number {
  const sizeBytes = Number(object["size_bytes"]);
  const tariff = dailyTariff(AWS, CLASSES, sizeBytes);
  const moves = new Map(path.map((row) => [Number(row["day"]), CLASSES.names.indexOf(String(row["class"]))]));
  const first = Math.min(...moves.keys());
  const end = Math.min(lastDay, Number(object["end_day"]));
  const holding = holdingFrom(0, first);
  const bill = emptyBill();
  for (let day = first; day <= end; day += 1) {
    chargeMove(tariff, holding, day, moves.get(day) ?? holding.storageClass, bill);
    const read = reads.get(day);
    if (read) chargeReadDay(tariff, holding, day, Number(read["reads"]), Number(read["bytes_read"]) / GB_BYTES, bill);
    else chargeQuiet(tariff, holding, day, day + 1, bill);
  }
  if (object["deleted"] === true) bill.earlyDeletion += earlyDeletion(tariff, holding, end + 1);
  return totalOf(bill);
}

describe("the paths of a backtest", () => {
  it("priced day by day by the bill alone come to the costs that were printed", { timeout: 120_000 }, async () => {
    const paths = join(folder, "paths.parquet");
    const args = ["--setting", "all", "--paths", paths, "--json"];
    const result = await astra(["backtest", "trace", table(DANDI, "objects"), table(DANDI, "accesses"), ...args]);
    const { policies, originDay, days } = oneLine(result);
    if (!Array.isArray(policies)) throw new TypeError(result.stdout);
    const objects = await rowsOf(table(DANDI, "objects"));
    const accesses = Map.groupBy(await rowsOf(table(DANDI, "accesses")), (row) => Number(row["object_id"]));
    const byPolicy = Map.groupBy(await rowsOf(paths), (row) => String(row["policy"]));
    for (const { policy, cost } of policies.map(record)) {
      const byObject = Map.groupBy(byPolicy.get(String(policy)) ?? [], (row) => Number(row["object_id"]));
      let priced = 0;
      for (const object of objects) {
        const id = Number(object["object_id"]);
        const path = byObject.get(id);
        if (!path) continue;
        const reads = new Map((accesses.get(id) ?? []).map((row) => [Number(row["day"]), row]));
        priced += pricedPath(object, path, reads, Number(originDay) + Number(days) - 1);
      }
      expect([policy, priced / Number(cost)]).toEqual([policy, expect.closeTo(1, 9)]);
    }
  });
});
