import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { objectView } from "../../../test/support/views.ts";
import { seededRandom } from "../../adapters/system/seeded-random.ts";
import { RatePool, type SavingTerm, rateEvidence, savingInterval, savingTerm } from "./saving-interval.ts";
import { SAVING_DAYS, SavingTally } from "./saving-tally.ts";
import type { ObjectView } from "../strategy.ts";
import { KIB } from "../units.ts";

const FROM_MS = Date.UTC(2026, 3, 1);
const MOVES = [
  ["STANDARD", "GLACIER_IR"],
  ["STANDARD", "INTELLIGENT_TIERING"],
  ["INTELLIGENT_TIERING", "DEEP_ARCHIVE"],
  ["STANDARD_IA", "STANDARD"],
] as const;

/** Objects of every size, age and read rate. */
function drawViews(count: number): ObjectView[] {
  const chance = seededRandom(3);
  return Array.from({ length: count }, (_, index) => {
    const readsPerMonth = chance.next() < 0.5 ? 0 : -2 * Math.log(1 - chance.next());
    return objectView({
      key: `k${index}`,
      sizeBytes: Math.round(KIB * 2 ** (24 * chance.next())),
      ageDays: 1 + chance.next() * 600,
      daysInClass: 1 + chance.next() * 200,
      rate: { readsPerMonth, readDaysPerMonth: Math.min(30, readsPerMonth * 0.7) },
    });
  });
}

describe("the tally of a saving", () => {
  it("comes to what every move by itself would", () => {
    const views = drawViews(3000);
    const tally = new SavingTally(AWS);
    const [reads, readDays] = [new RatePool(), new RatePool()];
    for (const view of views) {
      tally.seen(view);
      reads.add(rateEvidence(view.rate.readsPerMonth, view.ageDays));
      readDays.add(rateEvidence(view.rate.readDaysPerMonth, view.ageDays));
    }
    const horizon = { fromMs: FROM_MS, days: SAVING_DAYS, priors: { reads: reads.fit(), readDays: readDays.fit() } };
    const terms: SavingTerm[] = [];
    for (const [index, view] of views.entries()) {
      const [from, to] = MOVES[index % MOVES.length] ?? MOVES[0];
      const move = { from, to, feeMicros: 100 + (index % 7) };
      tally.moves(move, view);
      const seen = { ...view, idleDays: Math.min(view.daysInClass, view.idleDays ?? 0) };
      const term = savingTerm(AWS, { ...move, sizeBytes: view.sizeBytes }, seen, horizon);
      if (term) terms.push(term);
    }
    const exact = savingInterval(terms, horizon);
    const tallied = tally.interval(FROM_MS);
    if (!tallied) throw new Error("a price is missing");
    expect(terms).toHaveLength(views.length);
    const width = exact.highMicros - exact.lowMicros;
    for (const end of ["lowMicros", "expectedMicros", "highMicros"] as const)
      expect(Math.abs(tallied[end] - exact[end]) / width, end).toBeLessThan(0.03);
    expect(tallied).toMatchObject({ fromMs: FROM_MS, days: 90, level: 0.9 });
  });

  it("is the same in parts, kept as JSON and added up", () => {
    const views = drawViews(2000);
    const [whole, merged] = [new SavingTally(AWS), new SavingTally(AWS)];
    let part = new SavingTally(AWS);
    for (const [index, view] of views.entries()) {
      const [from, to] = MOVES[index % MOVES.length] ?? MOVES[0];
      const shown = index % 9 === 0 ? { ...view, ageDays: null } : view;
      for (const tally of [whole, part]) {
        tally.seen(shown);
        if (index % 3 > 0) tally.moves({ from, to, feeMicros: index % 11 }, shown);
      }
      if (index % 300 === 299 || index === views.length - 1) {
        merged.merge(JSON.parse(JSON.stringify(part.snapshot())));
        part = new SavingTally(AWS);
      }
    }
    expect(merged.snapshot().cohorts).toHaveLength(whole.snapshot().cohorts.length);
    expect(merged.snapshot().reads.count).toBe(views.length);
    const [expected, found] = [whole.interval(FROM_MS), merged.interval(FROM_MS)];
    for (const end of ["lowMicros", "expectedMicros", "highMicros"] as const)
      expect((found?.[end] ?? 0) / (expected?.[end] ?? 1), end).toBeCloseTo(1, 9);
  });

  it("is nothing without moves, and unknown with an unknown price", () => {
    const tally = new SavingTally(AWS);
    tally.seen(objectView());
    expect(tally.interval(FROM_MS)).toMatchObject({ lowMicros: 0, expectedMicros: 0, highMicros: 0 });
    const unpriced = new SavingTally(withClass("GLACIER", { storage: [] }));
    unpriced.moves({ from: "STANDARD", to: "GLACIER", feeMicros: 1 }, objectView());
    expect(unpriced.interval(FROM_MS)).toBeNull();
  });
});
