import { expect, it } from "vitest";
import { AWS } from "../../test/support/prices.ts";
import { testTrace } from "../../test/support/traces.ts";
import { configSchema } from "../config/schema.ts";
import { localActor } from "../core/permission.ts";
import type { TraceFiles, WrittenBatch } from "../ports/trace-files.ts";
import { type BacktestContext, type BacktestInput, backtestTrace } from "./backtest-trace.ts";

function context(changes: Partial<BacktestContext> = {}): BacktestContext {
  const signal = new AbortController().signal;
  return { actor: localActor("test"), config: configSchema.parse({}), prices: AWS, signal, ...changes };
}

const INPUT: BacktestInput = {
  trace: testTrace(100, [{ reads: [[60, 2]] }, {}, {}]),
  setting: "sync",
  mover: "lifecycle",
  policies: ["standard", "lifecycle"],
  lifecycle: null,
};

it("draws curves that end at the cost, only where they are asked for", async () => {
  const plain = await backtestTrace({ ctx: context(), input: INPUT });
  expect(plain.curves).toBeNull();
  const drawn = await backtestTrace({ ctx: context(), input: { ...INPUT, isDrawn: true } });
  expect(drawn.policies).toEqual(plain.policies);
  expect(drawn.curves?.byPolicy.map(({ policy }) => policy)).toEqual(["standard", "lifecycle"]);
  for (const [index, { spent }] of (drawn.curves?.byPolicy ?? []).entries()) {
    expect(spent.at(-1)).toBeCloseTo(drawn.policies[index]?.cost ?? 0, 12);
  }
});

it("prices moves by copies where the mover is a copy", async () => {
  const [byRule, byCopy] = await Promise.all(
    (["lifecycle", "copy"] as const).map((mover) => backtestTrace({ ctx: context(), input: { ...INPUT, mover } })),
  );
  const transitions = (report: typeof byRule): number => report?.policies[1]?.bill.transitions ?? 0;
  // Three objects of 1 GB are read out of STANDARD, then out of STANDARD_IA: two GETs and a retrieval.
  const reading = 0.0004 / 1000 + 0.001 / 1000 + 0.01;
  expect(transitions(byCopy) - transitions(byRule)).toBeCloseTo(3 * reading, 12);
});

it("writes the class of every object's first charged day, and every change, in the source's days", async () => {
  const rows: string[] = [];
  const files: Pick<TraceFiles, "writeTable"> = {
    async writeTable(path, _columns, batches) {
      for await (const batch of batches) rows.push(...rowsOf(batch));
      return { path, rows: rows.length, bytes: 0 };
    },
  };
  const trace = testTrace(100, [{ created: 40 }]);
  await backtestTrace({ ctx: context(), input: { ...INPUT, trace, paths: { files, path: "paths.parquet" } } });
  expect(rows).toEqual([
    "standard 100 20050 STANDARD",
    "lifecycle 100 20050 STANDARD",
    "lifecycle 100 20070 STANDARD_IA",
  ]);
});

function rowsOf(batch: WrittenBatch): readonly string[] {
  const column = (name: string): readonly unknown[] => Array.from<unknown>(batch[name] ?? []);
  const [ids, days, names] = ["object_id", "day", "class"].map(column);
  return column("policy").map((policy, row) => [policy, ids?.[row], days?.[row], names?.[row]].join(" "));
}

it("ends between two steps when it is interrupted", async () => {
  const ctx = context({ signal: AbortSignal.abort() });
  await expect(backtestTrace({ ctx, input: INPUT })).rejects.toMatchObject({ code: "ASTRA_INTERRUPTED" });
});

it("asks for the permission to read", async () => {
  const ctx = context({ actor: { name: "guest", permissions: new Set() } });
  await expect(backtestTrace({ ctx, input: INPUT })).rejects.toMatchObject({ code: "ASTRA_PERMISSION_DENIED" });
});
