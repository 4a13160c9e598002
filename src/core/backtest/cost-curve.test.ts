import fc from "fast-check";
import { expect, it } from "vitest";
import { arbitraryTrace, replayInput, testTrace } from "../../../test/support/traces.ts";
import { ageRulesPolicy, usualAgeRules } from "./challengers/age-rules.ts";
import { autoTieringPolicy } from "./challengers/auto-tiering.ts";
import { keepPolicy } from "./challengers/keep.ts";
import { skiRentalPolicy } from "./challengers/ski-rental.ts";
import { ClassPath, holdsOvernight } from "./class-path.ts";
import { costCurve, curveDays } from "./cost-curve.ts";
import { finish, replayTogether } from "./object-policy.ts";

it("never falls, and ends at the whole cost, whatever the policy did", () => {
  fc.assert(
    fc.property(arbitraryTrace(300), fc.integer({ min: 1, max: 40 }), (trace, points) => {
      const base = replayInput(trace, 150);
      const names = base.tariffOf(0).classes.names;
      const policies = [
        keepPolicy(),
        ageRulesPolicy(usualAgeRules(names)),
        autoTieringPolicy("intelligent-tiering"),
        skiRentalPolicy(),
      ];
      for (const policy of policies) {
        const path = new ClassPath();
        const [result] = finish(replayTogether([{ policy, input: { ...base, onClass: path.record } }]));
        const curve = costCurve(base, path.byObject(trace.objects), curveDays(base, points));
        const total = (result?.costs ?? new Float64Array()).reduce((sum, cost) => sum + cost, 0);
        expect(curve.at(-1)).toBeCloseTo(total, 12);
        curve.forEach((spent, index) => expect(spent).toBeGreaterThanOrEqual(curve[index - 1] ?? 0));
      }
    }),
    { numRuns: 40 },
  );
});

it("ends on the trace's last day, with no day twice", () => {
  const days = curveDays({ trace: testTrace(11, [{}]), splitDay: 5 }, 60);
  expect(days).toEqual([6, 7, 8, 9, 10, 11]);
});

it("sorts changes by object, and says which hold at the end of their day", () => {
  const path = new ClassPath();
  for (const [object, day, storageClass] of [
    [1, 4, 0],
    [0, 2, 0],
    [1, 4, 3],
    [0, 9, 2],
    [1, 8, 1],
  ] as const) {
    path.record(object, day, storageClass);
  }
  const sorted = path.byObject(2);
  expect([...sorted.start]).toEqual([0, 2, 5]);
  expect([...sorted.day]).toEqual([2, 9, 4, 4, 8]);
  expect([...sorted.storageClass]).toEqual([0, 2, 0, 3, 1]);
  expect([2, 3, 4].map((index) => holdsOvernight(sorted, 1, index))).toEqual([false, true, true]);
});

it("holds more changes than it was made for", () => {
  const path = new ClassPath();
  for (let day = 0; day < 5000; day += 1) path.record(day % 7, day, day % 4);
  expect(path.length).toBe(5000);
  expect(path.byObject(7).day.length).toBe(5000);
});
