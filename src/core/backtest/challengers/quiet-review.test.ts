import fc from "fast-check";
import { expect, it } from "vitest";
import { firstMoveDay } from "./quiet-review.ts";

it("finds what asking for every day finds, where the answer only turns to no on days known beforehand", () => {
  const stretch = fc.record({ length: fc.integer({ min: 1, max: 120 }), yesFrom: fc.integer({ min: 0, max: 150 }) });
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: -50, max: 50 }),
      fc.integer({ min: 0, max: 500 }),
      (stretches, fromDay, length) => {
        let begins = fromDay;
        const parts = stretches.map((part) => {
          const at = begins;
          begins += part.length;
          return { at, yesAt: at + part.yesFrom };
        });
        const wouldMove = (day: number): boolean => {
          const part = parts.findLast(({ at }) => at <= day);
          return part !== undefined && day >= part.yesAt;
        };
        const untilDay = fromDay + length;
        const steps = parts.map(({ at }) => at);
        let first: number | null = null;
        for (let day = fromDay; day <= untilDay && first === null; day += 1) if (wouldMove(day)) first = day;
        expect(firstMoveDay(fromDay, untilDay, () => steps, wouldMove)).toBe(first);
      },
    ),
  );
});

it("asks about few days of a long quiet spell", () => {
  let asked = 0;
  const answer = firstMoveDay(
    0,
    10_000,
    () => [365],
    (day) => {
      asked += 1;
      return day >= 3000;
    },
  );
  expect(answer).toBe(3000);
  expect(asked).toBeLessThan(50);
});

it("gives the same answer however far the spell goes on", () => {
  const wouldMove = (day: number): boolean => day === 40 || day >= 90;
  const answers = [95, 200, 1000].map((until) => firstMoveDay(0, until, () => [300], wouldMove));
  expect(new Set(answers).size).toBe(1);
});
