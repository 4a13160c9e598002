import { describe, expect, it, test } from "vitest";
import { AWS } from "../../test/support/prices.ts";
import { type CanaryLimits, type CanaryMove, canarySize, judgeCanary } from "./canary.ts";
import { DAYS_PER_MONTH, MS_PER_DAY } from "./units.ts";

test.each([
  [1_000_000, 1, 100, 10_000],
  [10_001, 1, 100, 101],
  [10_000, 1, 100, 100],
  [500, 1, 100, 100],
  [50, 1, 100, 50],
  [0, 1, 100, 0],
  [100, 7, 1, 7],
  [1000, 0.1, 1, 1],
  [12, 100, 1, 12],
  [12, 0, 1, 1],
])("of %d moves, %d %% but at least %d are %d", (moves, percent, atLeast, size) => {
  expect(canarySize(moves, { percent, atLeast })).toBe(size);
});

const NOW = 1_700_000_000_000;
/** A payback limit of six months, for round sums. */
const LIMITS: CanaryLimits = { paybackDays: 6 * DAYS_PER_MONTH, acceptLoss: false, nowMs: NOW };

/** Pays $0.001 and saves as much a month, unless told otherwise. */
function moved(changes: Partial<CanaryMove> = {}, move: Partial<CanaryMove["move"]> = {}): CanaryMove {
  return {
    move: {
      to: "STANDARD_IA",
      rule: "idle",
      feeMicros: 1000,
      savingMicrosPerMonth: 1000,
      worstCaseMicros: 1500,
      ...move,
    },
    state: "done",
    reason: null,
    lastAccessMs: null,
    ...changes,
  };
}

const slice = (count: number, ...others: readonly CanaryMove[]) => [
  ...Array.from({ length: count }, () => moved()),
  ...others,
];
const verdict = (moves: readonly CanaryMove[], changes: Partial<CanaryLimits> = {}) =>
  judgeCanary(moves, AWS, { ...LIMITS, ...changes });

describe("a slice", () => {
  it("is clean where all moved and pays", () => {
    const { isClean, why, sums } = verdict(slice(100));
    expect([isClean, why]).toEqual([true, "the first 100 moves ended as the plan promised"]);
    expect(sums).toMatchObject({ moves: 100, done: 100, failed: 0, feeMicros: 100_000, readAgainMicros: 0 });
    expect(sums.savingMicros).toBeCloseTo(600_000, 3);
  });

  it("is not clean with one failure, even where losses are accepted", () => {
    const failing = slice(99, moved({ state: "failed", reason: "ASTRA_STORE_REFUSED" }));
    expect(verdict(failing, { acceptLoss: true })).toMatchObject({
      isClean: false,
      why: "1 of the first 100 moves failed",
    });
  });

  it("may hold a tenth that changed or went since the plan, and any number that is left alone for other reasons", () => {
    const changed = Array.from({ length: 11 }, (_, index) =>
      moved({ state: "skipped", reason: index % 2 === 0 ? "changed" : "missing" }),
    );
    const held = Array.from({ length: 20 }, () => moved({ state: "skipped", reason: "legal_hold" }));
    expect(verdict(slice(70, ...changed.slice(1), ...held)).isClean).toBe(true);
    const { isClean, why, sums } = verdict(slice(69, ...changed, ...held));
    expect([isClean, sums.changed, sums.skipped]).toEqual([false, 11, 31]);
    expect(why).toMatch(/^11 of the first 100 objects changed/);
  });

  it("that costs more than it saves within the payback limit is stopped, with the sums and the rule", () => {
    const losing = Array.from({ length: 100 }, () =>
      moved({}, { savingMicrosPerMonth: 50, orderedByPolicy: true, policy: "archive-all" }),
    );
    const { isClean, why } = verdict([...slice(10), ...losing], { paybackDays: 180 });
    expect(isClean).toBe(false);
    expect(why).toBe(
      "the first 110 moves save $0.089 in 180 days, but cost $0.11 in fees; policy archive-all loses most",
    );
  });

  it("that just pays goes on", () => {
    const even = Array.from({ length: 100 }, () => moved({}, { savingMicrosPerMonth: 1000 / 6 }));
    expect(verdict(even).isClean).toBe(true);
    expect(verdict([...even, moved({}, { savingMicrosPerMonth: 1000 / 6 - 0.001 })]).isClean).toBe(false);
  });

  it("pays for itself with what waits for the store as well, but not with what was skipped", () => {
    const dear = moved({ state: "waiting" }, { feeMicros: 60_000, savingMicrosPerMonth: 0 });
    expect(verdict(slice(10, dear)).isClean).toBe(false);
    expect(verdict(slice(10, { ...dear, state: "skipped", reason: "legal_hold" })).isClean).toBe(true);
  });

  it("may lose where the owner has accepted that", () => {
    const losing = [moved({}, { savingMicrosPerMonth: -1 })];
    expect([verdict(losing).isClean, verdict(losing, { acceptLoss: true }).isClean]).toEqual([false, true]);
  });

  it("that takes back other moves is not judged by its money", () => {
    const back = moved({}, { savingMicrosPerMonth: -1000, undoes: { runId: "r", seq: 0 } });
    expect(verdict([back, back])).toMatchObject({ isClean: true, sums: { feeMicros: 0, savingMicros: 0 } });
  });
});

describe("objects read within the last day that went where they must be restored", () => {
  const archived = (lastAccessMs: number | null, worstCaseMicros: number | null = 7000) =>
    moved({ lastAccessMs }, { to: "DEEP_ARCHIVE", worstCaseMicros, rule: "cold" });
  const fresh = NOW - MS_PER_DAY + 1;

  it("must pay for one more read of each", () => {
    const many = Array.from({ length: 10 }, () => archived(fresh, 6000));
    expect(verdict(many).isClean).toBe(true);
    const dearer = Array.from({ length: 10 }, () => archived(fresh, 6001));
    expect(verdict(dearer)).toMatchObject({ isClean: false, sums: { readAgain: 10, readAgainMicros: 50_010 } });
    expect(verdict(dearer).why).toMatch(/but cost \$0\.01 in fees and \$0\.05 for reading 10 of them again; rule cold/);
  });

  it("are not those read earlier, or those that can be read at once", () => {
    expect(verdict([archived(NOW - MS_PER_DAY), archived(null)]).sums.readAgain).toBe(0);
    const instant = moved({ lastAccessMs: NOW }, { to: "GLACIER_IR", worstCaseMicros: 1e9 });
    expect(verdict([instant])).toMatchObject({ isClean: true, sums: { readAgain: 0 } });
  });

  it("stop it where that price is not known", () => {
    const unknown = verdict(slice(100, archived(fresh, null)));
    expect([unknown.isClean, unknown.sums.readAgainMicros]).toEqual([false, null]);
    expect(unknown.why).toMatch(/^1 of the first 101 objects were read .* not known$/);
  });
});
