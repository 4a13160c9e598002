import { expect, test } from "vitest";
import { ageRulesOf, tagRulesOf } from "./lifecycle-rules.ts";

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

const ENABLED = { Status: "Enabled" as const };
const COLD = { Key: "astra", Value: "cold" };
const TO_GLACIER = { Days: 0, StorageClass: "GLACIER" as const };

test("a rule that moves what carries one tag is one to set the tag for, and no rule of every object", () => {
  const everywhere = { ...ENABLED, ID: "a", Filter: { Tag: COLD }, Transitions: [TO_GLACIER] };
  const under = {
    ...ENABLED,
    ID: "b",
    Filter: { And: { Prefix: "logs/", Tags: [{ Key: "astra", Value: "warm" }] } },
    Transitions: [{ StorageClass: "STANDARD_IA" as const, Days: 30 }],
  };
  expect(tagRulesOf([everywhere, under])).toEqual([
    { id: "a", tag: ["astra", "cold"], days: 0, storageClass: "GLACIER", prefix: "", fromBytes: 131_072 },
    { id: "b", tag: ["astra", "warm"], days: 30, storageClass: "STANDARD_IA", prefix: "logs/", fromBytes: 131_072 },
  ]);
  expect([everywhere, under].flatMap(ageRulesOf)).toEqual([]);
});

test.each([
  ["it expires what it moves", { Filter: { Tag: COLD }, Transitions: [TO_GLACIER], Expiration: { Days: 400 } }],
  [
    "it moves on into a second class",
    { Filter: { Tag: COLD }, Transitions: [TO_GLACIER, { Days: 90, StorageClass: "DEEP_ARCHIVE" as const }] },
  ],
  [
    "it acts on a date",
    { Filter: { Tag: COLD }, Transitions: [{ Date: new Date(0), StorageClass: "GLACIER" as const }] },
  ],
  [
    "it asks for a size too",
    { Filter: { And: { Tags: [COLD], ObjectSizeGreaterThan: 1 } }, Transitions: [TO_GLACIER] },
  ],
  ["it asks for two tags", { Filter: { And: { Tags: [COLD, { Key: "b", Value: "c" }] } }, Transitions: [TO_GLACIER] }],
  ["it asks for none", { Filter: { Prefix: "" }, Transitions: [TO_GLACIER] }],
  ["it moves nothing", { Filter: { Tag: COLD }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } }],
])("a rule is not one to set a tag for where %s", (_why, rule) => {
  expect(tagRulesOf([{ ...ENABLED, ID: "r", ...rule }])).toEqual([]);
});

test("two rules that speak of the same tag in the same place are none to set it for", () => {
  const rule = (ID: string, Prefix: string) => ({
    ...ENABLED,
    ID,
    Filter: { And: { Prefix, Tags: [COLD] } },
    Transitions: [TO_GLACIER],
  });
  const expiring = { ...ENABLED, ID: "end", Filter: { Tag: COLD }, Expiration: { Days: 1 } };
  expect(tagRulesOf([rule("a", "x/"), expiring])).toEqual([]);
  expect(tagRulesOf([rule("a", "x/"), rule("b", "x/y/")])).toEqual([]);
  expect(tagRulesOf([rule("a", "x/"), rule("b", "y/")]).map(({ id }) => id)).toEqual(["a", "b"]);
});

test("an expiration by tag, and a move by several, count for every object they could be of", () => {
  const expiring = { ...ENABLED, ID: "end", Filter: { Tag: COLD }, Expiration: { Days: 9 } };
  const scope = { prefix: "", kind: "expiration" };
  expect(ageRulesOf(expiring)).toEqual([{ ...scope, id: "end", days: 9 }]);
  const both = { ...expiring, Transitions: [TO_GLACIER] };
  expect(ageRulesOf(both)).toEqual([{ ...scope, id: "end", days: 9 }]);
  const several = {
    ...ENABLED,
    ID: "two",
    Filter: { And: { Tags: [COLD, { Key: "b", Value: "c" }] } },
    Transitions: [TO_GLACIER],
  };
  expect(ageRulesOf(several)).toMatchObject([{ id: "two", kind: "transition", days: 0 }]);
});
