/** Made-up tariffs and lives for property tests: small numbers, so that every minimum and clock runs out within a few days. */
import fc from "fast-check";
import type { DailyTariff } from "../../src/core/backtest/daily-tariff.ts";
import type { ObjectLife } from "../../src/core/backtest/optimum.ts";
import { GB_BYTES } from "../../src/core/units.ts";

const price = fc.integer({ min: 0, max: 20 });
const IDLE_DAYS = [0, 2, 4];

function row(count: number, most: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 0, max: most }), { minLength: count, maxLength: count });
}

/** Any prices at all: also inner rents that rise, a moving class with a minimum, a first class that is dear to read. */
export function arbitraryTariff(most: { readonly classes: number }): fc.Arbitrary<DailyTariff> {
  return fc.integer({ min: 2, max: most.classes }).chain((count) =>
    fc
      .record({
        auto: fc.integer({ min: -1, max: count - 1 }),
        rents: row(count, 20),
        moves: row(count * count, 30),
        reads: row(count, 4),
        retrieval: row(count, 6),
        restores: row(count, 12),
        waiting: row(count, 1),
        minimum: row(count, 4),
        autoMinimum: fc.constantFrom(0, 0, 0, 3),
        inner: fc.uniqueArray(price, { minLength: 1, maxLength: IDLE_DAYS.length }),
        isFalling: fc.boolean(),
      })
      .map((made): DailyTariff => {
        const { auto } = made;
        const inner = made.isFalling ? made.inner.toSorted((a, b) => b - a) : made.inner;
        const waiting = Uint8Array.from(made.waiting, (value, index) => (index === auto ? 0 : value));
        return {
          sizeBytes: GB_BYTES,
          sizeGb: 1,
          classes: { names: made.rents.map((_, index) => `CLASS_${index}`), hasAutoArchive: false },
          count,
          rentPerDay: Float64Array.from(made.rents, (rent, index) => (index === auto ? (inner[0] ?? 0) : rent)),
          moveCost: Float64Array.from(made.moves, (cost, at) => (at % (count + 1) === 0 ? 0 : cost)),
          readCost: Float64Array.from(made.reads),
          retrievalPerGb: Float64Array.from(made.retrieval),
          restoreCost: Float64Array.from(made.restores, (cost, index) => (waiting[index] === 1 ? cost : 0)),
          isWaiting: waiting,
          minimumDays: Int32Array.from(made.minimum, (days, index) => (index === auto ? made.autoMinimum : days)),
          auto,
          inner: {
            fromIdleDays: Int32Array.from(IDLE_DAYS.slice(0, inner.length)),
            rentPerDay: Float64Array.from(inner),
            firstWaiting: inner.length,
          },
        };
      }),
  );
}

/** A life of at most `days` days that begins on day 3, with reads on some of them and, to be passed over, one before. */
export function arbitraryLife(days: number): fc.Arbitrary<ObjectLife> {
  return fc
    .record({
      length: fc.integer({ min: 1, max: days }),
      reads: fc.uniqueArray(fc.tuple(fc.nat({ max: days - 1 }), fc.integer({ min: 1, max: 3 })), {
        selector: ([day]) => day,
        maxLength: days,
      }),
      isDeleted: fc.boolean(),
    })
    .map(({ length, reads, isDeleted }) => {
      const inside = reads.filter(([day]) => day < length).toSorted(([a], [b]) => a - b);
      const rows = [[-2, 1] as const, ...inside];
      return {
        firstDay: 3,
        endDay: 3 + length,
        isDeleted,
        fromRow: 0,
        toRow: rows.length,
        readDay: rows.map(([day]) => 3 + day),
        reads: rows.map(([, count]) => count),
        bytesRead: rows.map(([, count]) => count * GB_BYTES),
      };
    });
}
