import { describe, expect, it } from "vitest";
import { NO_ACCESS, recordReads } from "./access-stats.ts";
import { type ObjectState, unknownObject } from "./object-state.ts";
import { type StoredObject, createdMsOf, knownHold, viewOf } from "./object-view.ts";
import { MS_PER_DAY } from "./units.ts";

const NOW = 20_000 * MS_PER_DAY;
const daysAgo = (days: number) => NOW - days * MS_PER_DAY;

const STORED: StoredObject = {
  key: "k",
  sizeBytes: 5,
  etag: "e1",
  lastModifiedMs: daysAgo(10),
  storageClass: "STANDARD",
};
const KNOWN: ObjectState = {
  ...unknownObject({ bucket: "b", key: "k" }),
  etag: "e1",
  storageClass: "STANDARD",
  createdMs: daysAgo(100),
  classSinceMs: daysAgo(40),
};

describe("creation", () => {
  it.each([
    { case: "of an object not known is its LastModified", state: undefined, days: 10 },
    { case: "without a known date is its LastModified", state: { ...KNOWN, createdMs: null }, days: 10 },
    { case: "of the known content is the user's", state: KNOWN, days: 100 },
    { case: "of a known date without a known content is the user's", state: { ...KNOWN, etag: null }, days: 100 },
    { case: "of other content is its LastModified", state: { ...KNOWN, etag: "e0" }, days: 10 },
  ])("$case", ({ state, days }) => {
    expect(createdMsOf(STORED, state)).toBe(daysAgo(days));
    expect(viewOf(STORED, state, NOW, 90, "b").ageDays).toBe(days);
  });
});

it("shows an object that is not known like one of which nothing is known", () => {
  const unknown = unknownObject({ bucket: "b", key: "k" });
  expect(viewOf(STORED, undefined, NOW, 90, "b", 5)).toEqual(viewOf(STORED, unknown, NOW, 90, "b", 5));
  expect(viewOf(STORED, undefined, NOW, 90, "b", 5).ruleBits).toBe(5);
});

describe("time in the class", () => {
  it("is the state's where it speaks of the class that is seen", () => {
    expect(viewOf({ ...STORED, lastModifiedMs: daysAgo(100) }, KNOWN, NOW, 90, "b").daysInClass).toBe(40);
  });

  it("runs anew where somebody wrote the object again, be it with the same content", () => {
    expect(viewOf(STORED, KNOWN, NOW, 90, "b").daysInClass).toBe(10);
  });

  it("counts from LastModified where the class was changed behind our back, or is not known", () => {
    expect(viewOf({ ...STORED, storageClass: "GLACIER" }, KNOWN, NOW, 90, "b").daysInClass).toBe(10);
    expect(viewOf(STORED, { ...KNOWN, classSinceMs: null }, NOW, 90, "b").daysInClass).toBe(10);
    expect(viewOf(STORED, undefined, NOW, 90, "b").daysInClass).toBe(10);
  });
});

describe("what a predictor looks at", () => {
  const access = recordReads(NO_ACCESS, daysAgo(7), 3, 90);

  it("is idle since the later of creation and last access", () => {
    expect(viewOf(STORED, { ...KNOWN, access }, NOW, 90, "b").idleDays).toBe(7);
    expect(viewOf(STORED, KNOWN, NOW, 90, "b").idleDays).toBe(100);
    expect(viewOf(STORED, { ...KNOWN, createdMs: daysAgo(3), access }, NOW, 90, "b").idleDays).toBe(3);
  });

  it("has the days with reads as they are kept, and their weight as of now", () => {
    const view = viewOf(STORED, { ...KNOWN, access }, NOW, 90, "b");
    expect(view).toMatchObject({ atMs: NOW, bucket: "b", createdDay: 20_000 - 100 });
    expect(view.readDays).toBe(access.days);
    expect(view.decayedReadDays).toBeCloseTo(2 ** (-7 / 30), 12);
    expect(viewOf(STORED, KNOWN, NOW, 90, "b").decayedReadDays).toBe(0);
  });
});

describe("a remembered hold", () => {
  it.each([
    { case: "none", hold: null, expected: null },
    {
      case: "a legal hold",
      hold: { legalHold: true, retainUntilMs: null, seenAtMs: daysAgo(29) },
      expected: "legal_hold",
    },
    {
      case: "a legal hold not looked at for 30 days",
      hold: { legalHold: true, retainUntilMs: null, seenAtMs: daysAgo(30) },
      expected: null,
    },
    {
      case: "a lock",
      hold: { legalHold: false, retainUntilMs: NOW + 1, seenAtMs: daysAgo(300) },
      expected: "retention_lock",
    },
    { case: "a lock that has ended", hold: { legalHold: false, retainUntilMs: NOW, seenAtMs: NOW }, expected: null },
    { case: "both", hold: { legalHold: true, retainUntilMs: NOW + 1, seenAtMs: NOW }, expected: "retention_lock" },
  ])("$case → $expected", ({ hold, expected }) => {
    expect(knownHold(hold, NOW)).toBe(expected);
  });
});
