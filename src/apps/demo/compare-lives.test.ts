import { describe, expect, it } from "vitest";
import { builtInPriceBook } from "../../config/price-books.ts";
import type { Bill } from "../../core/pricing/ledger.ts";
import { compareLives, daysCheapest } from "./compare-lives.ts";
import { ASTRA, type Keeping, RIVALS, WITHOUT, billedTransitions } from "./keeping.ts";
import { renderDemo } from "./render.ts";
import type { LifeReport } from "./report.ts";

const OPTIONS = { objects: 1, days: 2, seed: 1, byteScale: 1, strategy: "matrix" } as const;

function life(keeping: Keeping, spentByDay: readonly number[] | null, restoresWaited = 0): LifeReport {
  const totalMicros = spentByDay?.at(-1) ?? 0;
  return {
    keeping,
    strategy: "matrix",
    objects: 1,
    eventsProduced: 1,
    eventsConsumed: 1,
    deadLettered: 0,
    transitions: 0,
    failed: 0,
    restoresWaited,
    tiers: { hot: 1, warm: 0, cold: 0, archive: 0, auto: 0 },
    bill: spentByDay && { totalMicros, lines: { "STANDARD storage": totalMicros } },
    spentByDay: spentByDay ?? [],
    biggest: [],
    refusals: {},
  };
}

function four(without: number, lifecycle: number, tiering: number, astra: number, waits = 0) {
  const [rules, tiers] = RIVALS;
  if (!rules || !tiers) throw new Error("the rivals are gone");
  return compareLives(OPTIONS, [
    life(WITHOUT, [1, without]),
    life(rules, [1, lifecycle]),
    life(tiers, [1, tiering]),
    life(ASTRA, [1, astra], waits),
  ]);
}

describe("the lives beside each other", () => {
  it("name a rival where it wins, and by how much", () => {
    const report = four(2000, 900, 1000, 1200);
    expect(report).toMatchObject({ cheapest: "lifecycle", cheapestWithoutWaiting: "lifecycle" });
    expect(report.lives.map(({ percentOfWithout }) => percentOfWithout)).toEqual([100, 45, 50, 60]);
    expect(renderDemo(report)).toContain(
      "Cheapest: S3 Lifecycle, 30 d IA, 90 d Glacier IR; Astra's bill is 33 % above it.",
    );
  });

  it("name the cheapest without waiting apart where the cheapest makes readers wait", () => {
    const report = four(2000, 1900, 1000, 800, 3);
    expect(report).toMatchObject({ cheapest: "astra", cheapestWithoutWaiting: "intelligent-tiering" });
    const text = renderDemo(report);
    expect(text).toContain("Cheapest: Astra.");
    expect(text).toContain("Cheapest where no reader waits: S3 Intelligent-Tiering; Astra's bill is 20 % below it.");
  });

  it("leave the rivals out where there is no ledger, and say so", () => {
    const report = compareLives(OPTIONS, [life(WITHOUT, null), life(ASTRA, null)]);
    expect(report).toMatchObject({ cheapest: null, cheapestWithoutWaiting: null, spend: [] });
    expect(report.bill).toMatchObject({ withAstraMicros: null, withoutMicros: null });
    expect(renderDemo(report)).toContain("S3 Lifecycle and Intelligent-Tiering are left out");
  });

  it("count the days on which nobody spent less", () => {
    expect(
      daysCheapest([
        [5, 10, 11],
        [5, 8, 12],
      ]),
    ).toEqual([2, 2]);
  });
});

describe("transitions billed by the store", () => {
  it("are its lines over the price of one", () => {
    const bill: Bill = {
      totalMicros: 100,
      lines: { "STANDARD_IA transition": 30, "GLACIER_IR transition": 40, "STANDARD put": 5 },
    };
    expect(billedTransitions(builtInPriceBook(), bill)).toBe(5);
    expect(billedTransitions(builtInPriceBook(), null)).toBe(0);
  });
});
