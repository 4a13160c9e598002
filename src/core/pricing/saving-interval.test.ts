import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../adapters/system/seeded-random.ts";
import { builtInPriceBook } from "../../config/price-books.ts";
import { calendarMonths } from "./calendar-fee.ts";
import {
  type RateEvidence,
  RatePool,
  type SavingTerm,
  rateEvidence,
  savingInterval,
  savingTerm,
} from "./saving-interval.ts";
import { DAYS_PER_MONTH, GB_BYTES, KIB, MS_PER_DAY } from "../units.ts";

const BOOK = builtInPriceBook();
const FROM_MS = Date.UTC(2026, 3, 1);
const DAYS = 90;
const MONTHS = calendarMonths(FROM_MS, FROM_MS + DAYS * MS_PER_DAY);
/** A prior that is sure of no reads. */
const NEVER = { shape: 1e-12, days: 1 };
const HORIZON = { fromMs: FROM_MS, days: DAYS, priors: { reads: NEVER, readDays: NEVER } };
const UNREAD = { rate: { readsPerMonth: 0, readDaysPerMonth: 0 }, ageDays: null, idleDays: 0 };

function move(from: string, to: string, sizeBytes = 100 * GB_BYTES, feeMicros = 1000) {
  return { from, to, sizeBytes, feeMicros };
}

describe("the evidence in a decayed rate", () => {
  it("is worth the days its weights are, 86.6 at most", () => {
    expect(rateEvidence(1, null).days).toBeCloseTo(60 / Math.LN2, 9);
    expect(rateEvidence(1, 10_000).days).toBeCloseTo(60 / Math.LN2, 6);
    expect(rateEvidence(1, 2).days).toBeCloseTo(2, 3);
    expect(rateEvidence(DAYS_PER_MONTH, 2).events).toBeCloseTo(2, 3);
  });
});

function fitGammaRate(pool: readonly RateEvidence[]) {
  const rates = new RatePool();
  for (const evidence of pool) rates.add(evidence);
  return rates.fit();
}

describe("the fit of a prior", () => {
  it("finds the Gamma curve that rates were drawn from", () => {
    const chance = seededRandom(5);
    // An exponential curve is a Gamma curve of shape 1; its mean here is one in 20 days.
    const pool = Array.from({ length: 4000 }, () => {
      const rate = -Math.log(1 - chance.next()) / 20;
      return { events: poisson(rate * 80, () => chance.next()), days: 80 };
    });
    const fitted = fitGammaRate(pool);
    expect(fitted.shape).toBeCloseTo(1, 0);
    expect(fitted.shape / fitted.days).toBeCloseTo(1 / 20, 2);
  });

  it("takes rates that differ by chance alone as one, and a pool without events as rare", () => {
    const same = Array.from({ length: 50 }, () => ({ events: 3, days: 30 }));
    expect(fitGammaRate(same)).toEqual({ shape: 1000, days: 10_000 });
    expect(fitGammaRate([{ events: 0, days: 40 }])).toEqual({ shape: 0.5, days: 40 });
    expect(fitGammaRate([])).toEqual({ shape: 0.5, days: 1 });
  });
});

describe("the saving of a move", () => {
  it("is that of its storage by calendar months, less the fee, where nothing is ever read", () => {
    const term = savingTerm(BOOK, move("STANDARD", "GLACIER_IR"), UNREAD, HORIZON);
    expect(term?.mean).toBeCloseTo(100 * (23_000 - 4_000) * MONTHS - 1000, 2);
    expect(Math.sqrt(term?.variance ?? NaN)).toBeLessThan(10);
  });

  it("counts what Intelligent-Tiering saves from day 30 on only, and the days it had gathered at the source", () => {
    const into = savingTerm(BOOK, move("STANDARD", "INTELLIGENT_TIERING"), UNREAD, HORIZON);
    expect(into?.mean).toBeCloseTo((100 * (23_000 - 12_500) * (60 / 90) - 2.5) * MONTHS - 1000, 2);
    const outOf = savingTerm(BOOK, move("INTELLIGENT_TIERING", "GLACIER_IR"), { ...UNREAD, idleDays: 60 }, HORIZON);
    const stay = (12_500 * 30 + 4_000 * 60) / 90;
    expect(outOf?.mean).toBeCloseTo((100 * (stay - 4_000) + 2.5) * MONTHS - 1000, 2);
  });

  it("of a small object in Intelligent-Tiering is none", () => {
    const term = savingTerm(BOOK, move("STANDARD", "INTELLIGENT_TIERING", 100 * KIB, 7), UNREAD, HORIZON);
    expect(term?.mean).toBeCloseTo(-7, 9);
  });

  it("is unknown where a price is", () => {
    expect(savingTerm(BOOK, move("STANDARD", "NO_SUCH_CLASS"), UNREAD, HORIZON)).toBeNull();
  });
});

describe("the interval", () => {
  it("holds nine of ten plans whose reads come as the model says", () => {
    const chance = seededRandom(11);
    const next = (): number => chance.next();
    const prior = { shape: 1, days: 60 };
    const horizon = { ...HORIZON, priors: { reads: prior, readDays: prior } };
    const { days: seenDays } = rateEvidence(0, null);
    let inside = 0;
    for (let plan = 0; plan < 600; plan += 1) {
      const terms: SavingTerm[] = [];
      let saved = 0;
      for (let object = 0; object < 8; object += 1) {
        const rate = -Math.log(1 - next()) / 60;
        const perMonth = (poisson(rate * seenDays, next) / seenDays) * DAYS_PER_MONTH;
        const seen = { ...UNREAD, rate: { readsPerMonth: perMonth, readDaysPerMonth: perMonth } };
        const gb = 1 + Math.floor(next() * 50);
        const term = savingTerm(BOOK, move("STANDARD", "GLACIER_IR", gb * GB_BYTES), seen, horizon);
        if (!term) throw new Error("a price is missing");
        terms.push(term);
        const perRead = gb * 30_000 + 10 - 0.4;
        saved += gb * 19_000 * MONTHS - 1000 - poisson(rate * DAYS, next) * perRead;
      }
      const { lowMicros, highMicros } = savingInterval(terms, horizon);
      if (saved >= lowMicros && saved <= highMicros) inside += 1;
    }
    expect(inside / 600).toBeGreaterThan(0.87);
    expect(inside / 600).toBeLessThan(0.94);
  });

  it("is ordered, and moves as a whole with what is certain", () => {
    const anyClass = fc.constantFrom("STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "INTELLIGENT_TIERING");
    const anyMove = fc.record({
      from: anyClass,
      to: anyClass,
      sizeBytes: fc.integer({ min: 0, max: 1000 * GB_BYTES }),
      perMonth: fc.double({ min: 0, max: 300, noNaN: true }),
      ageDays: fc.integer({ min: 0, max: 1000 }),
    });
    const prior = fc.record({
      shape: fc.double({ min: 0.01, max: 10, noNaN: true }),
      days: fc.double({ min: 0.1, max: 1000, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(anyMove, { minLength: 1 }), prior, (moves, drawn) => {
        const horizon = { ...HORIZON, priors: { reads: drawn, readDays: drawn } };
        const intervalOf = (feeMicros: number) =>
          savingInterval(
            moves.flatMap(({ from, to, sizeBytes, perMonth, ageDays }) => {
              const rate = { readsPerMonth: perMonth, readDaysPerMonth: Math.min(30, perMonth) };
              const term = savingTerm(
                BOOK,
                { from, to, sizeBytes, feeMicros },
                { rate, ageDays, idleDays: ageDays },
                horizon,
              );
              return term ? [term] : [];
            }),
            horizon,
          );
        const [free, paid] = [intervalOf(0), intervalOf(500)];
        expect(free.lowMicros).toBeLessThanOrEqual(free.highMicros);
        const tolerance = 1e-9 * (1 + Math.abs(free.lowMicros) + Math.abs(free.highMicros));
        for (const end of ["lowMicros", "expectedMicros", "highMicros"] as const)
          expect(Math.abs(free[end] - paid[end] - 500 * moves.length)).toBeLessThan(1e-6 + tolerance);
      }),
    );
  });
});

function poisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count += 1;
  return count;
}
