import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AMOUNTS, AccessModel, amountIndex } from "./access-model.ts";
import { AGES, CELLS, RECENCIES, SCORES, SCORE_POINTS, recencyIndex, scoreIndex } from "./belief.ts";
import { PROFILES, UNKNOWN_PROFILE, priorOfProfile } from "./profile.ts";

const OLD = 3;

function cellOf(recencyDays: number, age: number, score: number): number {
  return recencyIndex(recencyDays) * CELLS + age * SCORE_POINTS + scoreIndex(score);
}

/** Teaches `days` object-days of one cell, of which `reads` had a read. */
function teach(model: AccessModel, profile: number, recencyDays: number, days: number, reads: number): void {
  for (let day = 0; day < days; day += 1) {
    model.day(profile, recencyIndex(recencyDays), OLD, scoreIndex(1), day < reads);
  }
}

describe("an untaught model", () => {
  it("expects the prior of the profile and age, with what the object's own score says beside it", () => {
    const watched = [3.5, 16, 34, 43];
    for (let profile = 0; profile < PROFILES; profile += 1) {
      const { hazard } = new AccessModel().expectations(profile, 0);
      for (let age = 0; age < AGES; age += 1) {
        const prior = (SCORES[4] ?? 0) + 10 * priorOfProfile(profile, age);
        expect(hazard[cellOf(60, age, SCORES[4] ?? 0)]).toBeCloseTo(prior / ((watched[age] ?? 0) + 10), 12);
      }
    }
  });

  it("expects the amount that the bin stands for, and never less than one read", () => {
    AMOUNTS.forEach((centre, index) => {
      const { fullReads, reads } = new AccessModel().expectations(UNKNOWN_PROFILE, index);
      expect([Math.min(...fullReads), Math.max(...fullReads)]).toEqual([centre, centre]);
      expect(Math.min(...reads)).toBe(Math.max(1, centre));
    });
  });

  it("expects nobody to die", () => {
    expect(new AccessModel().expectations(0, 0).death).toBe(0);
  });
});

describe("a taught model", () => {
  it("believes much evidence of a cell, whatever the prior", () => {
    const model = new AccessModel();
    teach(model, 2, 60, 20_000, 5000);
    expect(model.expectations(2, 0).hazard[cellOf(60, OLD, 1)]).toBeCloseTo(0.25, 2);
    expect(model.objectDays).toBe(20_000);
  });

  it("lends the evidence of one profile to another of which there is none, and not against its own", () => {
    const model = new AccessModel();
    teach(model, 2, 60, 20_000, 0);
    teach(model, 9, 60, 20_000, 10_000);
    const chance = (profile: number): number => model.expectations(profile, 0).hazard[cellOf(60, OLD, 1)] ?? 0;
    expect(chance(2)).toBeLessThan(0.01);
    expect(chance(9)).toBeGreaterThan(0.49);
    expect(chance(5)).toBeCloseTo(0.25, 1);
  });

  it("lends the evidence of one recency to others of the same score", () => {
    const model = new AccessModel();
    const before = model.expectations(0, 0).hazard[cellOf(2, OLD, 1)] ?? 0;
    teach(model, 0, 60, 20_000, 0);
    expect(model.expectations(0, 0).hazard[cellOf(2, OLD, 1)]).toBeLessThan(before / 2);
  });

  it("leans on the coarser cells with fifteen object-days at every step", () => {
    const model = new AccessModel();
    teach(model, 0, 60, 15, 15);
    const prior = (1 + 10 * priorOfProfile(0, OLD)) / 53;
    const four = 1 - (1 - prior) / 16;
    expect(model.expectations(0, 0).hazard[cellOf(60, OLD, 1)]).toBeCloseTo(four, 12);
  });

  it("keeps every chance between 0 and 1", () => {
    const day = fc.record({
      profile: fc.nat(PROFILES - 1),
      recency: fc.nat(RECENCIES - 1),
      age: fc.nat(AGES - 1),
      score: fc.nat(SCORE_POINTS - 1),
      isRead: fc.boolean(),
      times: fc.constantFrom(1, 3000),
    });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 8 }), fc.nat(PROFILES - 1), (days, profile) => {
        const model = new AccessModel();
        for (const { recency, age, score, isRead, times, profile: own } of days) {
          for (let time = 0; time < times; time += 1) model.day(own, recency, age, score, isRead);
        }
        const { hazard } = model.expectations(profile, 0);
        expect(hazard.every((chance) => chance > 0 && chance < 1)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("takes the amounts of a bin from its days with reads, by recency", () => {
    const model = new AccessModel();
    for (let day = 0; day < 5000; day += 1) {
      model.amount(3, recencyIndex(1), scoreIndex(1), 8, 2);
      model.amount(3, recencyIndex(60), scoreIndex(1), 1, 0.5);
    }
    const { reads, fullReads } = model.expectations(0, 3);
    const at = (days: number): number => recencyIndex(days) * SCORE_POINTS + scoreIndex(1);
    expect([reads[at(1)], fullReads[at(1)]]).toEqual([expect.closeTo(8, 1), expect.closeTo(2, 1)]);
    expect([reads[at(60)], fullReads[at(60)]]).toEqual([expect.closeTo(1, 1), expect.closeTo(0.5, 1)]);
  });

  it("counts a crawler's day as 200 reads, bytes in proportion", () => {
    const model = new AccessModel();
    for (let day = 0; day < 1_000_000; day += 1) model.amount(3, 0, 7, 20_000, 10_000);
    const { reads, fullReads } = model.expectations(0, 3);
    expect([reads[7], fullReads[7]]).toEqual([expect.closeTo(200, 1), expect.closeTo(100, 1)]);
  });

  it("knows deaths as a share of object-days", () => {
    const model = new AccessModel();
    teach(model, 0, 1, 400, 0);
    model.death();
    expect(model.expectations(0, 0).death).toBe(1 / 400);
  });
});

it("finds the centre nearest to an amount in the logarithm", () => {
  AMOUNTS.forEach((centre, index) => {
    expect([amountIndex(centre * 1.9), amountIndex(centre / 1.9)]).toEqual([index, index]);
  });
  expect([amountIndex(0), amountIndex(1e9)]).toEqual([0, AMOUNTS.length - 1]);
});
