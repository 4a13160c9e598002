import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { NO_ACCESS, recordReads } from "../access-stats.ts";
import { ModelledMonth } from "./modelled-month.ts";
import { monthSpan } from "./month-span.ts";
import { type ObjectState, unknownObject } from "../object-state.ts";
import type { PastMove } from "./object-timeline.ts";
import { GB_BYTES, KIB, MS_PER_DAY } from "../units.ts";

const SEPTEMBER = monthSpan("2026-09") ?? { month: "", fromMs: 0, toMs: 0 };
const day = (number: number) => SEPTEMBER.fromMs + (number - 1) * MS_PER_DAY;

function object(changes: Partial<ObjectState> = {}): ObjectState {
  const createdMs = Date.UTC(2025, 0, 1);
  const known = { sizeBytes: GB_BYTES, storageClass: "STANDARD", createdMs, classSinceMs: createdMs };
  return { ...unknownObject({ bucket: "data", key: "a" }), ...known, ...changes };
}

function model(objects: readonly (readonly [ObjectState, readonly PastMove[]])[], untilMs = SEPTEMBER.toMs) {
  const month = new ModelledMonth(AWS, { month: SEPTEMBER, untilMs, restoreDays: 2 });
  for (const [state, moves] of objects) month.add(state, moves);
  return { lines: month.bill().lines, total: month.bill().totalMicros, gaps: month.gaps() };
}

const NO_GAPS = { unknownObjects: 0, unknownClass: 0, unpriced: 0 };

test.each(["2026-00", "2026-13", "202609", "26-09", ""])("%j is no month", (text) => {
  expect(monthSpan(text)).toBeNull();
});

function copied(atMs: number, from: string, to: string): PastMove {
  return { atMs, from, to, mechanism: "copy", restore: null };
}

describe("a month of", () => {
  test("a GB in STANDARD is its rent", () => {
    expect(model([[object(), []]])).toEqual({ lines: { "STANDARD storage": 23_000 }, total: 23_000, gaps: NO_GAPS });
  });

  test("a month that is not over is its part", () => {
    expect(model([[object(), []]], day(16)).lines).toEqual({ "STANDARD storage": 11_500 });
  });

  test("an object created, and one deleted, in the middle", () => {
    const created = object({ createdMs: day(16), classSinceMs: day(16) });
    expect(model([[created, []]]).lines).toEqual({ "STANDARD storage": 11_500, "STANDARD put": 5 });
    expect(model([[object({ deletedMs: day(16) }), []]]).lines).toEqual({ "STANDARD storage": 11_500 });
    expect(model([[object({ deletedMs: day(1) - 1 }), []]]).total).toBe(0);
  });

  test("a small object in IA has padding, and a deletion before its time the remainder of both", () => {
    const small = object({
      sizeBytes: 64 * KIB,
      storageClass: "STANDARD_IA",
      createdMs: day(11),
      classSinceMs: day(11),
      deletedMs: day(21),
    });
    const lines = model(Array.from({ length: 16_384 }, () => [small, []] as const)).lines;
    expect(lines).toEqual({
      "STANDARD_IA storage": Math.round(12_500 / 3),
      "STANDARD_IA storage (padding)": Math.round(12_500 / 3),
      "STANDARD_IA early-deletion": Math.round((12_500 * 2) / 3),
      "STANDARD_IA early-deletion (padding)": Math.round((12_500 * 2) / 3),
      "STANDARD_IA put": 163_840,
    });
  });

  test("an archived object has its overheads", () => {
    const archived = object({ storageClass: "GLACIER" });
    const lines = model(Array.from({ length: 32_768 }, () => [archived, []] as const)).lines;
    expect(lines).toEqual({
      "GLACIER storage": 3_600 * 32_768,
      "GLACIER storage (overhead)": 3_600,
      "STANDARD storage (archive overhead)": 23_000 / 4,
    });
  });

  test("a move: two classes, a copy, two HEADs", () => {
    const moved = object({ storageClass: "GLACIER_IR", classSinceMs: day(16) });
    const moves = [copied(day(16) + 5, "STANDARD", "GLACIER_IR")];
    const lines = model(Array.from({ length: 10 }, () => [moved, moves] as const)).lines;
    expect(lines).toEqual({
      "STANDARD storage": 115_000,
      "GLACIER_IR storage": 20_000,
      "GLACIER_IR put": 200,
      "GLACIER_IR get": 100,
      "STANDARD get": 4,
    });
  });

  test("a move by tag: a tagging, a transition, two looks in each class, and nothing read", () => {
    const moved = object({ storageClass: "GLACIER", classSinceMs: day(16) });
    const moves = [{ ...copied(day(16), "STANDARD", "GLACIER"), mechanism: "tag" as const }];
    const { lines } = model(Array.from({ length: 10 }, () => [moved, moves] as const));
    expect(lines).toMatchObject({ "STANDARD put": 50, "STANDARD get": 8, "GLACIER get": 8, "GLACIER transition": 300 });
    expect(Object.keys(lines).filter((name) => name.includes("retrieval"))).toEqual([]);
  });

  test("a way out of an archive is a restore, its copy, and the remainder", () => {
    const moved = object({ classSinceMs: day(16) });
    const moves = [copied(day(16), "GLACIER", "STANDARD"), copied(day(1) - 30 * MS_PER_DAY, "STANDARD", "GLACIER")];
    const lines = model([[moved, moves]]).lines;
    expect(lines["GLACIER storage"]).toBe(1_800);
    expect(lines["GLACIER restore-retrieval (standard)"]).toBe(10_000);
    expect(lines["GLACIER restore-copy"]).toBe(Math.round((23_000 * 2) / 30));
    expect(lines["GLACIER early-deletion"]).toBe(Math.round((3_600 * 45) / 30));
  });

  test("reads pay requests and retrieval of the class they found", () => {
    const access = recordReads(recordReads(NO_ACCESS, day(5), 1_000, 90), day(1) - MS_PER_DAY, 5_000, 90);
    expect(model([[object({ storageClass: "GLACIER_IR", access }), []]]).lines).toEqual({
      "GLACIER_IR storage": 4_000,
      "GLACIER_IR get": 10_000,
      "GLACIER_IR retrieval": 30_000_000,
    });
  });

  test("Intelligent-Tiering cools from the last read on", () => {
    const access = recordReads(NO_ACCESS, day(11), 1, 90);
    const cold = object({ storageClass: "INTELLIGENT_TIERING", access });
    const lines = model(Array.from({ length: 400 }, () => [cold, []] as const)).lines;
    expect(lines["INTELLIGENT_TIERING storage (archive-instant)"]).toBe(Math.round((4_000 * 400 * 10) / 30));
    expect(lines["INTELLIGENT_TIERING storage (frequent)"]).toBe(Math.round((23_000 * 400 * 20) / 30));
    expect(lines["INTELLIGENT_TIERING monitoring"]).toBe(1_000);
  });
});

describe("what is not known", () => {
  test("is counted, never taken for nothing", () => {
    const moved = object({ storageClass: "GLACIER", classSinceMs: day(10) });
    const { gaps, lines } = model([
      [object({ sizeBytes: null }), []],
      [object({ storageClass: null }), []],
      [object({ storageClass: "OUTPOSTS" }), []],
      [moved, []],
    ]);
    expect(gaps).toEqual({ unknownObjects: 2, unknownClass: 1, unpriced: 1 });
    expect(lines["GLACIER storage"]).toBe(Math.round((3_600 * 21) / 30));
  });

  test("a class whose rent nobody knows", () => {
    const month = new ModelledMonth(withClass("STANDARD_IA", { storage: [] }), {
      month: SEPTEMBER,
      untilMs: SEPTEMBER.toMs,
      restoreDays: 1,
    });
    month.add(object({ storageClass: "STANDARD_IA" }), []);
    expect(month.gaps().unpriced).toBe(1);
    expect(month.bill().totalMicros).toBe(0);
  });
});

/** Every class as dear as STANDARD. */
const ALIKE = {
  ...AWS,
  classes: Object.fromEntries(
    Object.entries(AWS.classes).map(([name, prices]) => [
      name,
      { ...prices, minimumDays: 0, storage: AWS.classes["STANDARD"]?.storage ?? prices.storage },
    ]),
  ),
};

test("a history of moves fills the time from creation to the end, whole and without overlap", () => {
  const classes = ["STANDARD", "STANDARD_IA", "GLACIER_IR"];
  const history = fc.array(fc.record({ at: fc.integer({ min: 1, max: 59 }), to: fc.constantFrom(...classes) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(history, (steps) => {
      const created = day(1) - 30 * MS_PER_DAY;
      const moves: PastMove[] = [];
      let storageClass = "STANDARD";
      let since = created;
      for (const step of steps.toSorted((a, b) => a.at - b.at)) {
        if (step.to === storageClass || created + step.at * MS_PER_DAY <= since) continue;
        since = created + step.at * MS_PER_DAY;
        moves.unshift(copied(since, storageClass, step.to));
        storageClass = step.to;
      }
      const state = object({ storageClass, classSinceMs: since, createdMs: created });
      const month = new ModelledMonth(ALIKE, { month: SEPTEMBER, untilMs: SEPTEMBER.toMs, restoreDays: 1 });
      month.add({ ...state, sizeBytes: 1_000 * GB_BYTES }, moves);
      const storage = Object.entries(month.bill().lines).filter(([line]) => line.endsWith(" storage"));
      // Rounded once per line.
      expect(Math.abs(storage.reduce((sum, [, micros]) => sum + micros, 0) - 23_000_000)).toBeLessThanOrEqual(2);
      expect(month.gaps()).toEqual(NO_GAPS);
    }),
  );
});
