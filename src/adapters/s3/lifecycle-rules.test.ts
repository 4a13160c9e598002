import { expect, test } from "vitest";
import { ageRulesOf } from "./lifecycle-rules.ts";

test("a rule is taken apart into its actions by age, with where it holds", () => {
  const rule = {
    ID: "logs",
    Status: "Enabled" as const,
    Filter: { And: { Prefix: "logs/", ObjectSizeGreaterThan: 1024, ObjectSizeLessThan: 9_000_000 } },
    Expiration: { Days: 365 },
    Transitions: [
      { Days: 30, StorageClass: "STANDARD_IA" as const },
      { Days: 90, StorageClass: "GLACIER" as const },
    ],
  };
  const scope = { id: "logs", prefix: "logs/", largerThan: 1024, smallerThan: 9_000_000 };
  expect(ageRulesOf(rule)).toEqual([
    { ...scope, days: 365, kind: "expiration" },
    { ...scope, days: 30, kind: "transition", storageClass: "STANDARD_IA" },
    { ...scope, days: 90, kind: "transition", storageClass: "GLACIER" },
  ]);
});

test("the old place of a prefix counts, a rule without one is of every key", () => {
  const plain = { Status: "Enabled" as const, Expiration: { Days: 1 } };
  expect(ageRulesOf({ ...plain, ID: "a", Prefix: "old/" })).toMatchObject([{ id: "a", prefix: "old/" }]);
  expect(ageRulesOf(plain)).toEqual([{ id: "", prefix: "", days: 1, kind: "expiration" }]);
});

test("rules by date, for old versions and for unfinished uploads reset nothing", () => {
  const onDate = new Date(0);
  const rule = {
    Status: "Enabled" as const,
    Expiration: { Date: onDate },
    Transitions: [{ Date: onDate, StorageClass: "GLACIER" as const }],
    NoncurrentVersionExpiration: { NoncurrentDays: 7 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  };
  expect(ageRulesOf(rule)).toEqual([]);
  expect(ageRulesOf({ Status: "Enabled", Expiration: { ExpiredObjectDeleteMarker: true } })).toEqual([]);
});
