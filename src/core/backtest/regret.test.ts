import { expect, it } from "vitest";
import { testTrace } from "../../../test/support/traces.ts";
import { OTHER_GROUPS, regretOf } from "./regret.ts";
import { GB_BYTES, KIB, MIB } from "../units.ts";

const TRACE = testTrace(10, [
  { name: "logs/a", sizeBytes: 10 * KIB },
  { name: "logs/b", sizeBytes: 2 * MIB },
  { name: "media/c", sizeBytes: 3 * GB_BYTES },
  { name: "media/never charged", sizeBytes: GB_BYTES },
]);
const COSTS = Float64Array.of(1, 5, 20, 0);
const OPTIMUM = Float64Array.of(1, 2, 16, 0);

it("splits the loss by size and by group, charged objects only", () => {
  const regret = regretOf(TRACE, COSTS, OPTIMUM);
  expect(regret.bySize).toEqual([
    { label: "below 128 KiB", objects: 1, cost: 1, optimum: 1, regret: 0 },
    { label: "1 – 16 MiB", objects: 1, cost: 5, optimum: 2, regret: 3 },
    { label: "1 GiB and more", objects: 1, cost: 20, optimum: 16, regret: 4 },
  ]);
  expect(regret.byGroup.map(({ label, regret: lost }) => [label, lost])).toEqual([
    ["media", 4],
    ["logs", 3],
  ]);
});

it("names the objects that lost most, largest first, none that lost nothing", () => {
  expect(regretOf(TRACE, COSTS, OPTIMUM).worst.map(({ id, name, regret }) => [id, name, regret])).toEqual([
    [102, "media/c", 4],
    [101, "logs/b", 3],
  ]);
  const many = testTrace(
    10,
    Array.from({ length: 30 }, (_, index) => ({ name: `group ${index}/x` })),
  );
  const costs = Float64Array.from({ length: 30 }, (_, index) => ((index * 7) % 30) + 1);
  const found = regretOf(many, costs, new Float64Array(30).fill(0.5));
  expect(found.worst.map(({ cost }) => cost)).toEqual([30, 29, 28, 27, 26, 25, 24, 23, 22, 21]);
  expect(found.byGroup).toHaveLength(21);
  expect(found.byGroup.at(-1)).toMatchObject({ label: OTHER_GROUPS, objects: 10 });
  expect(found.byGroup.reduce((sum, { cost }) => sum + cost, 0)).toBe((30 * 31) / 2);
});
