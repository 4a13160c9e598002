/**
 * Twenty seeded histories: what a plan promises against what the sandbox's ledger then says. Every history is lived in
 * several worlds that differ in one thing only, so that every figure is a difference of two ledgers.
 */
import { describe, expect, it } from "vitest";
import { drawHistory } from "./plan-history.ts";
import { HORIZON_DAYS, type PlanOutcome, planOutcome } from "./plan-outcome.ts";

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** Equal to the cent: less than half of one apart. */
const HALF_A_CENT_MICROS = 5_000;
const COVERAGE = 0.85;

describe.each(["matrix", "cost"] as const)("a plan of the strategy %s", (strategy) => {
  const outcomes: PlanOutcome[] = [];

  it.each(SEEDS)("has the ledger's fees to the cent, history %i", { timeout: 60_000 }, async (seed) => {
    const outcome = await planOutcome(drawHistory(seed, HORIZON_DAYS), strategy);
    outcomes.push(outcome);
    const { states, billed, plan } = outcome;
    expect(plan.totals.moves).toBeGreaterThan(10);
    expect(states).toEqual({ done: plan.totals.moves, failed: 0, skipped: 0 });
    const billedMicros = Object.values(billed).reduce((total, micros) => total + micros, 0);
    expect(Math.abs(billedMicros - plan.totals.feeMicros), JSON.stringify(billed)).toBeLessThan(HALF_A_CENT_MICROS);
  });

  it("saves what it said, inside its interval, in at least 85 % of the histories", () => {
    expect(outcomes).toHaveLength(SEEDS.length);
    const inside = outcomes.filter(
      ({ interval, savedMicros }) => savedMicros >= interval.lowMicros && savedMicros <= interval.highMicros,
    );
    expect(inside.length / outcomes.length).toBeGreaterThanOrEqual(COVERAGE);
    // An interval that held everything would prove nothing.
    const widths = outcomes.map(({ interval: { lowMicros, highMicros } }) => highMicros - lowMicros);
    const saved = outcomes.reduce((total, outcome) => total + Math.abs(outcome.savedMicros), 0);
    expect(widths.reduce((total, width) => total + width, 0) / saved).toBeLessThan(1.5);
  });
});
