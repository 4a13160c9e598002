import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryTrace, cutOff, testTrace } from "../../../test/support/traces.ts";
import { PROFILES, UNKNOWN_PROFILE, emptyTally, priorOfProfile, profileOf, profileOfName } from "./profile.ts";
import { prefixProfiles, profileOfKey } from "./trace-profiles.ts";

const SEEN = { objects: 40, youngDays: 280, youngReadDays: 0, settledDays: 4000, settledReadDays: 0 };

describe("the profile of a prefix", () => {
  it("is unknown below ten objects or 300 days", () => {
    expect(profileOf(emptyTally())).toBe(UNKNOWN_PROFILE);
    expect(profileOf({ ...SEEN, objects: 9 })).toBe(UNKNOWN_PROFILE);
    expect(profileOf({ ...SEEN, youngDays: 100, settledDays: 199 })).toBe(UNKNOWN_PROFILE);
    expect(profileOf({ ...SEEN, objects: 10 })).not.toBe(UNKNOWN_PROFILE);
  });

  it("tells young readers and settled readers apart, each of nine pairs by a number of its own", () => {
    const youngReads = [0, 40, 200];
    const settledReads = [0, 40, 400];
    const profiles = youngReads.flatMap((youngReadDays) =>
      settledReads.map((settledReadDays) => profileOf({ ...SEEN, youngReadDays, settledReadDays })),
    );
    expect(profiles).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(PROFILES).toBe(10);
  });

  it("expects more of young readers while young, and of settled readers once settled", () => {
    expect(priorOfProfile(7, 0)).toBeGreaterThan(priorOfProfile(1, 0));
    expect(priorOfProfile(3, 3)).toBeGreaterThan(priorOfProfile(1, 3));
    expect(priorOfProfile(7, 1)).toBeLessThan(priorOfProfile(7, 0));
    expect(priorOfProfile(7, 1)).toBeGreaterThan(priorOfProfile(7, 2));
  });

  it("of nothing known expects what the matrix takes ages for: ten reads in 90 days at first, one when old", () => {
    expect([0, 1, 2, 3].map((age) => priorOfProfile(UNKNOWN_PROFILE, age) * 90)).toEqual([10, 10, 7, 1]);
  });
});

describe("a name", () => {
  it("stands for a profile where the matrix knows it, by the key's last segment", () => {
    expect(profileOfName("a/backup_2024.zip")).toBe(2);
    expect(profileOfName("monthly_report.pdf")).toBe(6);
    expect(profileOfName("backup_/film.mp4")).toBe(UNKNOWN_PROFILE);
    expect(profileOfName("a/Backup_1.zip")).toBe(UNKNOWN_PROFILE);
  });

  it("gives way to a prefix of which enough was seen", () => {
    const objects = Array.from({ length: 12 }, (_, index) => ({ name: `logs/backup_${index}` }));
    const known = prefixProfiles(testTrace(100, objects), 100);
    expect(profileOfKey(known, "logs/backup_77")).toBe(1);
    expect(profileOfKey(known, "other/backup_77")).toBe(2);
  });
});

describe("the profiles of a trace", () => {
  it("count days of life and days with reads apart for the young and the settled", () => {
    const objects = Array.from({ length: 10 }, (_, index) => ({
      name: `logs/${index}`,
      created: 10,
      reads: [10, 11, 12, 60].map((day): [number, number] => [day, 1]),
    }));
    // 70 young days with 30 reads: 30.5 / 80; 600 settled days with 10 reads: 10.5 / 700.
    expect(prefixProfiles(testTrace(100, objects), 100).get("logs")).toBe(1 + 2 * 3 + 1);
  });

  it("leave out the days after an object's end, and what is created later", () => {
    const dead = Array.from({ length: 10 }, (_, index) => ({ name: `logs/${index}`, end: 20, isDeleted: true }));
    const late = Array.from({ length: 20 }, (_, index) => ({ name: `new/${index}`, created: 90 }));
    const known = prefixProfiles(testTrace(100, [...dead, ...late]), 90);
    expect([known.get("logs"), known.get("new")]).toEqual([UNKNOWN_PROFILE, undefined]);
  });

  it("see nothing of the day or later", () => {
    fc.assert(
      fc.property(arbitraryTrace(300), fc.integer({ min: 1, max: 299 }), (trace, day) => {
        expect(prefixProfiles(trace, day)).toEqual(prefixProfiles(cutOff(trace, day), day));
      }),
    );
  });
});
