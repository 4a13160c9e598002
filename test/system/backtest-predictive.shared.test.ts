/**
 * The limit that the predictive strategy is held to on the public traces: hardly dearer than the cheaper of what can be had
 * without it, in every setting; where it was measured to be cheaper, it has to stay so. All settings × sizes are in the table
 * of docs/intelligence.md; those that merely take long are not run every time.
 */
import { describe, expect, it } from "vitest";
import { astra, oneLine, record } from "../cli/cli.ts";
import { sharedPath } from "../support/shared.ts";

const LIMIT = 1.02;
const DANDI = "dandi_s3_datasets";
const OBSIDIAN = "obsidian_plugin_releases";

const table = (trace: string, kind: string): string => sharedPath("traces", `${trace}.${kind}.parquet`) ?? "";

/** Cost ÷ optimum by policy; those that the setting has of the two that anybody can switch on. */
async function ratios(trace: string, setting: string, size: string | null): Promise<ReadonlyMap<string, number>> {
  const rivals = setting === "explicit" ? "standard" : "standard,intelligent-tiering";
  const result = await astra([
    "backtest",
    "trace",
    table(trace, "objects"),
    table(trace, "accesses"),
    "--json",
    "--setting",
    setting,
    "--policies",
    `${rivals},predictive`,
    ...(size === null ? [] : ["--size", size]),
  ]);
  const { policies } = oneLine(result);
  if (!Array.isArray(policies)) throw new TypeError(result.stdout);
  return new Map(policies.map(record).map(({ policy, ratio }) => [String(policy), Number(ratio)]));
}

describe("predictive on the shared traces", () => {
  it.each([
    [DANDI, "sync", null, 0.98],
    [DANDI, "explicit", null, LIMIT],
    [DANDI, "all", null, 0.95],
    [OBSIDIAN, "sync", null, LIMIT],
    [OBSIDIAN, "explicit", null, 0.96],
    [OBSIDIAN, "all", null, LIMIT],
    [DANDI, "sync", "128KiB", LIMIT],
    [OBSIDIAN, "explicit", "128KiB", LIMIT],
    [DANDI, "all", "100MiB", LIMIT],
  ] as const)(
    "%s, %s, size %s: at most %d of the cheaper",
    { timeout: 300_000 },
    async (trace, setting, size, limit) => {
      const found = await ratios(trace, setting, size);
      const cheaper = Math.min(found.get("standard") ?? Infinity, found.get("intelligent-tiering") ?? Infinity);
      const predictive = found.get("predictive") ?? 0;
      expect(predictive).toBeGreaterThanOrEqual(1);
      expect(predictive / cheaper).toBeLessThanOrEqual(limit);
    },
  );
});
