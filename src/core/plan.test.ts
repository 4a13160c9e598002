import { describe, expect, it } from "vitest";
import { PlanTally, type PlannedMove } from "./plan.ts";

const MOVE: PlannedMove = {
  bucket: "b",
  key: "k",
  sizeBytes: 1000,
  etag: "e",
  from: "STANDARD",
  to: "GLACIER",
  toTier: "cold",
  mechanism: "copy",
  rule: "matrix:age",
  why: "age 120 d",
  createdMs: 0,
  feeMicros: 30,
  savingMicrosPerMonth: 12.5,
  breakEvenMs: 0,
  worstCaseMicros: null,
};

describe("the tally of a plan", () => {
  it("begins empty", () => {
    expect(new PlanTally().totals()).toMatchObject({
      objectsSeen: 0,
      moves: 0,
      feeMicros: 0,
      refusals: {},
      classes: {},
    });
  });

  it("adds up what was seen, stays, moves and is refused", () => {
    const tally = new PlanTally();
    tally.seen("STANDARD", 1000);
    tally.moves(MOVE);
    tally.seen("STANDARD", 500);
    tally.moves({ ...MOVE, sizeBytes: 500, feeMicros: 20, savingMicrosPerMonth: 0.5 });
    tally.seen("GLACIER", 7);
    tally.stays();
    tally.seen("STANDARD", 3);
    tally.refused({ refusal: "payback", sizeBytes: 3, savingMicrosPerMonth: 1, feeMicros: 40 });
    tally.seen("STANDARD", 4);
    tally.refused({ refusal: "payback", sizeBytes: 4, savingMicrosPerMonth: -2, feeMicros: 50 });
    tally.seen("STANDARD", 5);
    tally.refused({ refusal: "legal_hold", sizeBytes: 5, savingMicrosPerMonth: 0, feeMicros: 0 });
    expect(tally.totals()).toEqual({
      objectsSeen: 6,
      bytesSeen: 1519,
      objectsStaying: 1,
      moves: 2,
      movedBytes: 1500,
      feeMicros: 50,
      savingMicrosPerMonth: 13,
      refusals: {
        payback: { objects: 2, bytes: 7, savingMicrosPerMonth: -1, feeMicros: 90 },
        legal_hold: { objects: 1, bytes: 5, savingMicrosPerMonth: 0, feeMicros: 0 },
      },
      classes: { STANDARD: { objects: 5, bytes: 1512 }, GLACIER: { objects: 1, bytes: 7 } },
      breakdown: expect.any(Object),
    });
  });

  it("counts a class by any name a store may give it", () => {
    const tally = new PlanTally();
    for (const name of ["__proto__", "constructor", "toString"]) tally.seen(name, 1);
    expect(Object.entries(tally.totals().classes)).toEqual(
      ["__proto__", "constructor", "toString"].map((name) => [name, { objects: 1, bytes: 1 }]),
    );
    expect("objects" in {}).toBe(false);
  });
});
