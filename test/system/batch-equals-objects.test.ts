/** A plan decided in batch is, move by move and bit by bit, the one decided object by object. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { PlanTotals } from "../../src/core/plan.ts";
import type { PlannedWay } from "../support/plan-both-ways.ts";

const CHILD = resolve(import.meta.dirname, "../support/plan-both-ways.ts");

/** In a process of its own, where the tables of `predictive` are worked out at full speed. */
async function bothWays(...terms: readonly string[]): Promise<[PlannedWay, PlannedWay]> {
  const child = spawn(process.execPath, [CHILD, ...terms], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  expect(code).toBe(0);
  const ways: [PlannedWay, PlannedWay] = JSON.parse(printed);
  return ways;
}

test.each([
  ["matrix", "none"],
  ["matrix", "rules"],
  ["cost", "none"],
  ["cost", "rules"],
  ["predictive", "rules"],
])("%s with policies: %s", { timeout: 120_000 }, async (strategy, rules) => {
  const [byObject, inBatch] = await bothWays(strategy, rules);
  expect(byObject.header.parts).toBeUndefined();
  expect(inBatch.header.parts).toHaveLength(1);
  expect(byObject.moves.length).toBeGreaterThan(10);
  expect(inBatch.moves).toEqual(byObject.moves);
  expectAlike(inBatch.header.totals, byObject.header.totals);
});

/** Counts to the last, money but for the last bits of a double. */
function expectAlike(found: PlanTotals, wanted: PlanTotals): void {
  const differences: string[] = [];
  const compare = (a: unknown, b: unknown, path: string): void => {
    if (typeof a === "number" && typeof b === "number" && !Number.isInteger(b)) {
      if (Math.abs(a - b) > 1e-9 * Math.max(1, Math.abs(b))) differences.push(`${path}: ${a} for ${b}`);
    } else if (typeof a === "object" && a !== null && typeof b === "object" && b !== null) {
      expect(Object.keys(a).toSorted()).toEqual(Object.keys(b).toSorted());
      for (const [name, value] of Object.entries(a)) compare(value, Reflect.get(b, name), `${path}.${name}`);
    } else if (a !== b) differences.push(`${path}: ${String(a)} for ${String(b)}`);
  };
  compare(found, wanted, "totals");
  expect(differences).toEqual([]);
}
