import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import { type CasesChecked, backtestCases } from "../../src/services/backtest-cases.ts";
import { sharedPath } from "../support/shared.ts";

const FILE = sharedPath("cases", "daily-bill.json") ?? "";

/** Loose on purpose: the file as it is, so that what is tampered with is all that changes. */
const fileSchema = z.looseObject({
  cases: z.array(
    z.looseObject({
      optimum: z.number(),
      reads: z.array(z.tuple([z.number(), z.number()])),
      paths: z.array(z.looseObject({ restoreDays: z.number(), total: z.number() })),
    }),
  ),
});
type CaseFile = z.infer<typeof fileSchema>;

async function check(change: (file: CaseFile) => void = () => undefined): Promise<CasesChecked> {
  const file = fileSchema.parse(JSON.parse(await readFile(FILE, "utf8")));
  change(file);
  await using ctx = await openContext(configSchema.parse({}));
  return backtestCases({ ctx, input: { json: file, where: FILE } });
}

/** Changes the last path of the case with the most reads. */
function inPath(name: string, change: (value: number) => number): (file: CaseFile) => void {
  return (file) => {
    const path = file.cases.toSorted((a, b) => b.reads.length - a.reads.length)[0]?.paths.at(-1);
    if (path) path[name] = change(Number(path[name]));
  };
}

test("every bill and every optimum agrees to 1e-9", async () => {
  const { cases, paths, billMaxRelativeError, optimumMaxRelativeError } = await check();
  expect(cases).toBe(80);
  expect(paths).toBe(320);
  expect(billMaxRelativeError).toBeLessThan(1e-9);
  expect(optimumMaxRelativeError).toBeLessThan(1e-9);
});

const COMPONENTS = ["storage", "transitions", "retrieval", "earlyDeletion", "total"] as const;

test.each(COMPONENTS)("a wrong %s is seen, by what it is off", async (name) => {
  const found = await check(inPath(name, (value) => (value === 0 ? 1 : value * 1.01)));
  expect(found.billMaxRelativeError).toBeGreaterThan(0.009);
  expect(found.optimumMaxRelativeError).toBeLessThan(1e-9);
  expect(found.worst.filter(({ error }) => error > 1e-9).map(({ what }) => what)).toContain(name);
});

test.each(COMPONENTS)("a %s that is said to be nothing is seen", async (name) => {
  const found = await check((file) => {
    for (const { paths } of file.cases) for (const path of paths) if (path[name] !== 0) path[name] = 0;
  });
  expect(found.billMaxRelativeError).toBeGreaterThan(0.1);
});

test("a tiny part more is seen", async () => {
  const found = await check(inPath("total", (value) => value * (1 + 1e-8)));
  expect(found.billMaxRelativeError).toBeGreaterThan(9e-9);
});

test.each([1, -1])("%d restore day more is seen as an error of 1", async (more) => {
  expect((await check(inPath("restoreDays", (value) => value + more))).billMaxRelativeError).toBe(1);
});

test.each([0.99, 1.01, 0, -1])("an optimum times %d is seen, and not taken for a wrong bill", async (factor) => {
  const found = await check((file) => {
    const last = file.cases.at(-1);
    if (last) last.optimum *= factor;
  });
  expect(found.optimumMaxRelativeError).toBeGreaterThan(0.009);
  expect(found.billMaxRelativeError).toBeLessThan(1e-9);
});

test("a read that is left out is seen in the bill", async () => {
  const found = await check((file) => {
    for (const each of file.cases) each.reads.pop();
  });
  expect(found.billMaxRelativeError).toBeGreaterThan(1e-3);
});
