import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AWS } from "../../../../test/support/prices.ts";
import { arbitraryTrace, cutOff, replayInput, SYNC, testTrace } from "../../../../test/support/traces.ts";
import { backtestPolicy, type BacktestPolicyName, type PolicyMaterial } from "../backtest-policies.ts";
import { ClassPath } from "../class-path.ts";
import { finish, type ObjectPolicy, replayTogether } from "../object-policy.ts";
import type { Trace } from "../../trace/trace.ts";

const MATERIAL: PolicyMaterial = {
  book: AWS,
  setting: "sync",
  mover: "lifecycle",
  guards: { maxPaybackDays: 180 },
  tierClasses: { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" },
  window: 90,
  keepDays: 90,
  horizonDays: 90,
  lifecycle: null,
};

function objectPolicy(name: BacktestPolicyName): ObjectPolicy {
  const made = backtestPolicy(name, MATERIAL);
  if (made?.kind !== "object") throw new RangeError(`${name} does not decide object by object`);
  return made.policy;
}

/** `object day class` of every change, in the order of objects. */
function changes(policy: ObjectPolicy, trace: Trace, splitDay: number): readonly string[] {
  const path = new ClassPath();
  finish(replayTogether([{ policy, input: { ...replayInput(trace, splitDay), onClass: path.record } }]));
  const { start, day, storageClass } = path.byObject(trace.objects);
  return Array.from({ length: trace.objects }, (_, object) =>
    Array.from(day.subarray(start[object], start[object + 1]), (at, index) => {
      return `${object} ${at} ${SYNC.names[storageClass[(start[object] ?? 0) + index] ?? 0]}`;
    }),
  ).flat();
}

describe("matrix", () => {
  it("follows age, name and reads as the fixed tree does", () => {
    const trace = testTrace(500, [
      { created: 100, name: "new.bin" },
      { created: 100, name: "backup_1.zip" },
      { created: -500, name: "hot.bin", reads: [[195, 12]] },
    ]);
    expect(changes(objectPolicy("matrix"), trace, 200)).toEqual([
      "0 200 STANDARD",
      "0 200 GLACIER_IR",
      "1 200 STANDARD",
      "1 200 GLACIER_IR",
      "2 200 STANDARD",
      // Twelve reads on day 195 leave the window of 90 days on day 285; the guards wait until their rate has faded.
      "2 308 GLACIER_IR",
    ]);
  });
});

describe("cost", () => {
  it("puts into the provider's mover what is unread and large", () => {
    const trace = testTrace(400, [{ created: 0 }]);
    expect(changes(objectPolicy("cost"), trace, 200)).toHaveLength(2);
  });

  it("leaves a small object where it is", () => {
    const trace = testTrace(400, [{ created: 0, sizeBytes: 10_000 }]);
    expect(changes(objectPolicy("cost"), trace, 200)).toEqual(["0 200 STANDARD"]);
  });
});

describe.each(["standard", "lifecycle", "intelligent-tiering", "best-idle", "ski-rental", "matrix", "cost"] as const)(
  "%s",
  (name) => {
    it("decides nothing by what comes later: a trace cut off at any day gives the same changes before that day", () => {
      fc.assert(
        fc.property(arbitraryTrace(300), fc.integer({ min: 155, max: 299 }), (trace, day) => {
          const before = (all: readonly string[]) => all.filter((change) => Number(change.split(" ")[1]) < day);
          const whole = changes(objectPolicy(name), trace, 150);
          expect(before(changes(objectPolicy(name), cutOff(trace, day), 150))).toEqual(before(whole));
        }),
        { numRuns: 25 },
      );
    });
  },
);
