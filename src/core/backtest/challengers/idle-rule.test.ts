import { describe, expect, it } from "vitest";
import { replayInput, SYNC, testTrace } from "../../../../test/support/traces.ts";
import { finish, replayTogether } from "../object-policy.ts";
import type { ReplayInput } from "../replay.ts";
import { followIdleRule, type IdleRule, IdleRuleSearch, NEVER_IDLE } from "./idle-rule.ts";

/** Index of GLACIER_IR. */
const COLD = 2;

function changesUnder(rule: IdleRule): readonly string[] {
  const changes: string[] = [];
  const trace = testTrace(300, [
    {
      reads: [
        [90, 1],
        [150, 1],
        [155, 1],
      ],
    },
  ]);
  const onClass = (_: number, day: number, to: number) => changes.push(`${day} ${SYNC.names[to]}`);
  const policy = {
    name: "rule",
    follow: (
      ...[account, object, input]: Parameters<typeof followIdleRule> extends [...infer Rest, IdleRule] ? Rest : never
    ) => followIdleRule(account, object, input, rule),
  };
  finish(replayTogether([{ policy, input: { ...replayInput(trace, 100), onClass } }]));
  return changes;
}

describe("an idle rule", () => {
  it("counts idle days from reads of the past, and comes back after a read", () => {
    expect(changesUnder({ idleDays: 30, storageClass: COLD, returns: true })).toEqual([
      "100 STANDARD",
      "121 GLACIER_IR",
      "151 STANDARD",
      "186 GLACIER_IR",
    ]);
  });

  it("stays where it is read if it does not return", () => {
    expect(changesUnder({ idleDays: 30, storageClass: COLD, returns: false })).toEqual([
      "100 STANDARD",
      "121 GLACIER_IR",
    ]);
  });

  it("acts on the first charged day on what has been idle for long enough", () => {
    expect(changesUnder({ idleDays: 5, storageClass: COLD, returns: false })[1]).toBe("100 GLACIER_IR");
  });
});

function bestIdleRule(input: ReplayInput): IdleRule {
  const search = new IdleRuleSearch();
  for (let object = 0; object < input.trace.objects; object += 1) search.add(object, input);
  return search.best();
}

describe("the best idle rule", () => {
  it("goes early to the coldest class where the past shows no reads", () => {
    const trace = testTrace(400, [{ reads: [[0, 1]] }, { created: 10 }]);
    expect(bestIdleRule(replayInput(trace, 200))).toMatchObject({ idleDays: 1, storageClass: COLD });
  });

  it("never acts where everything is read every day", () => {
    const reads = Array.from({ length: 400 }, (_, day) => [day, 10] as const);
    expect(bestIdleRule(replayInput(testTrace(400, [{ reads }]), 200))).toEqual(NEVER_IDLE);
  });

  it("does not look at the second half", () => {
    const past = [
      [0, 1],
      [150, 1],
    ] as const;
    const busy = Array.from({ length: 200 }, (_, day) => [200 + day, 50] as const);
    const rules = [past, [...past, ...busy]].map((reads) =>
      bestIdleRule(replayInput(testTrace(400, [{ reads }]), 200)),
    );
    expect(rules[0]).toEqual(rules[1]);
  });
});
