import { describe, expect, it } from "vitest";
import { AWS } from "../../../test/support/prices.ts";
import { ALL, SYNC, testTrace } from "../../../test/support/traces.ts";
import type { ClassSet } from "./daily-tariff.ts";
import { AstraError } from "../errors.ts";
import { parseLifecycleRules } from "./lifecycle-file.ts";
import { KIB, MIB } from "../units.ts";

const TRACE = testTrace(400, [
  { name: "logs/a", created: 10, sizeBytes: MIB },
  { name: "logs/small", created: 10, sizeBytes: 20 * KIB },
  { name: "media/b", created: 10, sizeBytes: MIB },
]);

function steps(json: unknown, object: number, classes: ClassSet = ALL): readonly string[] {
  const { steps: of } = parseLifecycleRules(json, "rules.json", classes, AWS);
  return of(TRACE, object).map(({ day, storageClass }) => `${day} ${classes.names[storageClass]}`);
}

function faultOf(json: unknown, classes: ClassSet = SYNC): AstraError {
  try {
    parseLifecycleRules(json, "rules.json", classes, AWS);
  } catch (error) {
    if (error instanceof AstraError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const rule = (more: Readonly<Record<string, unknown>>) => ({ ID: "r", Status: "Enabled", ...more });
const to = (StorageClass: string, Days: number) => ({ Days, StorageClass });
const LOGS = { Prefix: "logs/" };

describe("lifecycle rules of a file", () => {
  it("count days from creation, for keys with their prefix", () => {
    const json = { Rules: [rule({ Filter: LOGS, Transitions: [to("DEEP_ARCHIVE", 200), to("STANDARD_IA", 30)] })] };
    expect(steps(json, 0)).toEqual(["40 STANDARD_IA", "210 DEEP_ARCHIVE"]);
    expect(steps(json, 2)).toEqual([]);
  });

  it("leave objects below 128 KiB alone, unless a size or the old default says otherwise", () => {
    const transitions = { Transitions: [to("GLACIER", 90)] };
    expect(steps({ Rules: [rule({ Prefix: "", ...transitions })] }, 1)).toEqual([]);
    const old = { TransitionDefaultMinimumObjectSize: "varies_by_storage_class" };
    expect(steps({ Rules: [rule(transitions)], ...old }, 1)).toEqual(["100 GLACIER"]);
    const sized = { And: { Prefix: "logs/", ObjectSizeGreaterThan: 10 * KIB, ObjectSizeLessThan: 30 * KIB } };
    expect(steps({ Rules: [rule({ Filter: sized, ...transitions })] }, 1)).toEqual(["100 GLACIER"]);
    expect(steps({ Rules: [rule({ Filter: sized, ...transitions })] }, 0)).toEqual([]);
  });

  it("take the coldest class that is due, never a warmer one later, and nothing from disabled rules", () => {
    const json = {
      Rules: [
        rule({ Transitions: [to("GLACIER", 60)] }),
        rule({ Transitions: [to("STANDARD_IA", 60)] }),
        rule({ Transitions: [to("GLACIER_IR", 90)] }),
        { ...rule({ Transitions: [to("DEEP_ARCHIVE", 1)] }), Status: "Disabled" },
      ],
    };
    expect(steps(json, 0)).toEqual(["70 GLACIER"]);
  });

  it("may name a date", () => {
    // Day 20,000 of the epoch is 2024-10-04, the trace's day 0.
    const json = { Rules: [rule({ Transitions: [{ Date: "2024-12-03T00:00:00Z", StorageClass: "GLACIER_IR" }] })] };
    expect(steps(json, 0)).toEqual(["60 GLACIER_IR"]);
  });

  it("tell what they leave out", () => {
    const json = { Rules: [rule({ Transitions: [to("GLACIER_IR", 90)], Expiration: { Days: 365 } })] };
    expect(parseLifecycleRules(json, "rules.json", SYNC, AWS).notes).toEqual([
      'rules.json: expiration is left out ("r"): a trace says itself what was deleted',
    ]);
  });
});

describe("a file that is refused", () => {
  it.each([
    ["no rules", {}, /Rules/],
    ["nothing to do", { Rules: [rule({})] }, /no enabled rule moves anything/],
    ["a class out of the setting", { Rules: [rule({ Transitions: [to("GLACIER", 30)] })] }, /"r" moves to GLACIER/],
    [
      "tags",
      { Rules: [rule({ Filter: { Tag: { Key: "a", Value: "b" } }, Transitions: [to("GLACIER_IR", 9)] })] },
      /tags/,
    ],
    ["negative days", { Rules: [rule({ Transitions: [to("GLACIER_IR", -1)] })] }, /Rules\.0\.Transitions\.0\.Days/],
    [
      "neither days nor date",
      { Rules: [rule({ Transitions: [{ StorageClass: "GLACIER_IR" }] })] },
      /needs Days or a Date/,
    ],
    [
      "a date that is none",
      { Rules: [rule({ Transitions: [{ StorageClass: "GLACIER_IR", Date: "soon" }] })] },
      /needs Days or a Date/,
    ],
  ])("says why: %s", (_, json, message) => {
    const fault = faultOf(json);
    expect(fault.code).toBe("ASTRA_LIFECYCLE_INVALID");
    expect(fault.where).toBe("rules.json");
    expect(fault.message).toMatch(message);
    expect(fault.fix).not.toBe("");
  });
});
