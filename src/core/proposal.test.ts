import { expect, it } from "vitest";
import { objectView } from "../../test/support/views.ts";
import { matrixStrategy } from "./matrix.ts";
import { LazyProposal } from "./proposal.ts";
import type { Prediction } from "./strategy.ts";

const PREDICTION: Prediction = {
  readChance: 0.5,
  horizonDays: 90,
  reviewInDays: null,
  observedDays: 7,
  savingMicrosPerMonth: 1.5,
  options: [],
};

it("is put into words when it is read, and never before", () => {
  let read = 0;
  const proposal = new LazyProposal("cold", "GLACIER", "r", () => `because ${(read += 1)}`);
  expect(read).toBe(0);
  expect(proposal.why).toBe("because 1");
});

it("shows everything as JSON", () => {
  const proposal = new LazyProposal("cold", "GLACIER", "r", () => "because", PREDICTION);
  expect(JSON.parse(JSON.stringify({ proposal }))).toEqual({
    proposal: { tier: "cold", storageClass: "GLACIER", rule: "r", why: "because", prediction: PREDICTION },
  });
  const classes = { hot: "STANDARD", warm: "STANDARD_IA", cold: "GLACIER", archive: "DEEP_ARCHIVE" };
  const chosen = matrixStrategy({ classes, windowDays: 90 }).propose(objectView(), new Set(["GLACIER"]));
  expect(JSON.parse(JSON.stringify(chosen))).toEqual({
    tier: "cold",
    storageClass: "GLACIER",
    rule: "matrix:age",
    why: "age 100 d (cold), 0 accesses (archive)",
  });
});
