import { expect, it } from "vitest";
import { ALL, replayInput, SYNC, testTrace } from "../../../../test/support/traces.ts";
import { finish, replayTogether } from "../object-policy.ts";
import { ageRulesPolicy, usualAgeRules } from "./age-rules.ts";

type Change = readonly [object: number, day: number, storageClass: string];

function changesOf(createdDays: readonly number[], classes = SYNC): readonly Change[] {
  const changes: Change[] = [];
  const trace = testTrace(
    400,
    createdDays.map((created) => ({ created })),
  );
  const input = {
    ...replayInput(trace, 100, classes),
    onClass: (object: number, day: number, to: number) => changes.push([object, day, classes.names[to] ?? ""]),
  };
  finish(replayTogether([{ policy: ageRulesPolicy(usualAgeRules(classes.names)), input }]));
  return changes;
}

it("moves a new object at 30 and 90 days", () => {
  expect(changesOf([120])).toEqual([
    [0, 120, "STANDARD"],
    [0, 150, "STANDARD_IA"],
    [0, 210, "GLACIER_IR"],
  ]);
});

it("moves an old object straight to the class of its age on the first charged day", () => {
  expect(changesOf([0, 60])).toEqual([
    [0, 100, "STANDARD"],
    [0, 100, "GLACIER_IR"],
    [1, 100, "STANDARD"],
    [1, 100, "STANDARD_IA"],
    [1, 150, "GLACIER_IR"],
  ]);
});

it("goes on to the archives at 90 and 180 days where they are allowed", () => {
  expect(changesOf([100], ALL)).toEqual([
    [0, 100, "STANDARD"],
    [0, 130, "STANDARD_IA"],
    [0, 190, "GLACIER"],
    [0, 280, "DEEP_ARCHIVE"],
  ]);
});
