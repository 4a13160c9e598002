import { describe, expect, it } from "vitest";
import {
  type GeneratedObject,
  type GeneratedWorkloadOptions,
  generatedDays,
  generatedObjects,
  generatedReads,
  generatedWorkload,
} from "./generated-workload.ts";
import { groupOf } from "../trace/trace.ts";
import { PROCESSES, PROCESS_NAMES, type ProcessName } from "./workload-process.ts";

/** 2025-01-01. */
const START = 20_089;
const YEAR: GeneratedWorkloadOptions = { objects: 4000, days: 365, startDay: START, seed: 1 };

function of(process: ProcessName, objects: number, over: Partial<GeneratedWorkloadOptions> = {}) {
  const workload = generatedWorkload({ ...YEAR, objects, processes: [process], ...over });
  return { workload, objects: [...generatedObjects(workload)], span: workload.span };
}

function meanReads(objects: readonly GeneratedObject[], span: ReturnType<typeof of>["span"], age: number): number {
  const old = objects.filter(({ createdDay, endDay }) => createdDay + age <= endDay);
  const reads = old.reduce((sum, object) => sum + generatedReads(object, object.createdDay + age, span), 0);
  return reads / old.length;
}

describe("a generated workload", () => {
  it("shares the objects out by the stated shares, and creates every one within its days", () => {
    const objects = [...generatedObjects(generatedWorkload(YEAR))];
    expect(objects).toHaveLength(4000);
    expect(objects.map(({ id }) => id)).toEqual(Array.from({ length: 4000 }, (_, index) => index));
    expect(new Set(objects.map(({ key }) => key)).size).toBe(4000);
    for (const name of PROCESS_NAMES) {
      expect(objects.filter(({ process }) => process === name)).toHaveLength(4000 * PROCESSES[name].share);
    }
    for (const { createdDay, endDay, isDeleted } of objects) {
      expect(createdDay).toBeGreaterThanOrEqual(0);
      expect(endDay).toBeGreaterThanOrEqual(createdDay);
      expect(isDeleted ? endDay < 364 : endDay === 364).toBe(true);
    }
  });

  it("is the same for a seed, another for another", () => {
    const [first, again, other] = [1, 1, 2].map((seed) => [...generatedObjects(generatedWorkload({ ...YEAR, seed }))]);
    expect(again).toEqual(first);
    expect(other?.map(({ sizeBytes }) => sizeBytes)).not.toEqual(first?.map(({ sizeBytes }) => sizeBytes));
  });

  it("is the same told by day as told by object", () => {
    const workload = generatedWorkload({ ...YEAR, objects: 600, days: 120 });
    const byDay = new Map<string, number>();
    const [created, deleted] = [new Set<string>(), new Set<string>()];
    let lastDay = -1;
    for (const day of generatedDays(workload)) {
      expect(day.day).toBe((lastDay += 1));
      for (const { key, createdDay } of day.created) {
        expect(createdDay).toBe(day.day);
        created.add(key);
      }
      for (const { object, reads } of day.reads) byDay.set(`${object.key} ${day.day}`, reads);
      for (const { key } of day.deleted) deleted.add(key);
    }
    const byObject = new Map<string, number>();
    const objects = [...generatedObjects(workload)];
    for (const object of objects) {
      for (let day = object.createdDay; day <= object.endDay; day += 1) {
        const reads = generatedReads(object, day, workload.span);
        if (reads > 0) byObject.set(`${object.key} ${day}`, reads);
      }
    }
    expect(byDay).toEqual(byObject);
    expect(created).toEqual(new Set(objects.map(({ key }) => key)));
    expect(deleted).toEqual(new Set(objects.filter(({ isDeleted }) => isDeleted).map(({ key }) => key)));
  });

  it("keeps a process's draws when others are left out", () => {
    const sizes = (processes: readonly ProcessName[]) =>
      [...generatedObjects(generatedWorkload({ ...YEAR, objects: 100, processes }))]
        .filter(({ process }) => process === "uploads")
        .map(({ sizeBytes }) => sizeBytes);
    const [alone, among] = [sizes(["uploads"]), sizes(["logs", "uploads"])];
    expect(among.length).toBeGreaterThan(20);
    expect(alone.slice(0, among.length)).toEqual(among);
  });

  it.each(PROCESS_NAMES)("%s: sizes are lognormal with the stated median and spread", (name) => {
    const logs = of(name, 4000).objects.map(({ sizeBytes }) => Math.log(sizeBytes / PROCESSES[name].medianBytes));
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length);
    const { spread: stated } = PROCESSES[name];
    expect(Math.abs(mean)).toBeLessThan((5 * stated) / Math.sqrt(logs.length));
    expect(Math.abs(spread / stated - 1)).toBeLessThan(0.06);
  });

  it("puts names into groups of their process", () => {
    const groups = new Set([...generatedObjects(generatedWorkload(YEAR))].map(({ key }) => groupOf(key)));
    expect([...groups].filter((group) => group.startsWith("logs-"))).toHaveLength(8);
    expect(groups).toContain("training-0001");
    expect(groups).not.toContain("training-0002");
  });
});

describe("its processes", () => {
  it("logs are hot for three days, then rare, and go after a year", () => {
    const { objects, span } = of("logs", 5000, { days: 500 });
    expect(meanReads(objects, span, 0)).toBeCloseTo(4, 0);
    expect(meanReads(objects, span, 2)).toBeCloseTo(4, 0);
    const later = Array.from({ length: 60 }, (_, age) => meanReads(objects, span, 3 + age));
    const mean = later.reduce((sum, reads) => sum + reads, 0) / later.length;
    expect(mean).toBeGreaterThan(0.003);
    expect(mean).toBeLessThan(0.005);
    expect(
      objects.filter(({ isDeleted }) => isDeleted).every(({ createdDay, endDay }) => endDay - createdDay === 364),
    ).toBe(true);
    expect(objects.some(({ isDeleted }) => isDeleted)).toBe(true);
  });

  it("backups are kept 35, 91 or 365 days, and a drill reads all of last night's of a database", () => {
    const { objects, span } = of("backups", 7300, { days: 730 });
    const lives = objects.filter(({ isDeleted }) => isDeleted).map(({ createdDay, endDay }) => endDay - createdDay + 1);
    expect(new Set(lives)).toEqual(new Set([35, 91, 365]));
    expect(lives.filter((life) => life === 35).length / lives.length).toBeGreaterThan(0.8);
    const drilled = objects.filter((object) => generatedReads(object, object.createdDay + 1, span) > 0);
    expect(drilled.length / objects.length).toBeGreaterThan(0.005);
    expect(drilled.length / objects.length).toBeLessThan(0.02);
    const together = drilled.filter((object) =>
      objects.some(
        (other) =>
          other !== object &&
          groupOf(other.key) === groupOf(object.key) &&
          other.createdDay === object.createdDay &&
          generatedReads(other, other.createdDay + 1, span) > 0,
      ),
    );
    expect(together.length).toBeGreaterThan(drilled.length / 2);
  });

  it("reports are made at month ends and read around later ones", () => {
    const { objects, span } = of("reports", 1200);
    expect(new Set(objects.map(({ createdDay }) => createdDay))).toEqual(new Set(span.monthEnds));
    expect(span.monthEnds).toEqual([30, 58, 89, 119, 150, 180, 211, 242, 272, 303, 333, 364]);
    const january = objects.filter(({ createdDay }) => createdDay === 30);
    const on = (day: number): number =>
      january.reduce((sum, object) => sum + generatedReads(object, day, span), 0) / january.length;
    expect(on(30)).toBeCloseTo(3, 0);
    expect(on(89)).toBeGreaterThan(0.2);
    expect(on(75)).toBeLessThan(0.1);
  });

  it("the files of a training set are read on the same days", () => {
    const { objects, span } = of("training", 400);
    const set = objects.filter(({ key }) => key.startsWith("training-0000/"));
    expect(set).toHaveLength(200);
    const shares = Array.from(
      { length: 200 },
      (_, day) => set.filter((object) => generatedReads(object, day, span) > 0).length / 200,
    );
    expect(shares.slice(0, 5).every((share) => share > 0.7)).toBe(true);
    // Of files read twice a day on average, 1 − e^-2 = 86 % are read at all.
    expect(shares.every((share) => share === 0 || share > 0.7)).toBe(true);
    expect(shares.slice(5).some((share) => share > 0)).toBe(true);
    expect(shares.filter((share) => share === 0).length).toBeGreaterThan(100);
  });

  it("uploads fall as a power of their age", () => {
    const { objects, span } = of("uploads", 40_000, { days: 60 });
    const [first, later] = [meanReads(objects, span, 0), meanReads(objects, span, 9)];
    expect(first).toBeGreaterThan(2.8);
    expect(first).toBeLessThan(3.2);
    expect(first / later).toBeGreaterThan(10 ** 1.3 * 0.85);
    expect(first / later).toBeLessThan(10 ** 1.3 * 1.15);
  });

  it("compliance archives are hardly ever read, and never deleted", () => {
    const { objects, span } = of("compliance", 2000);
    expect(objects.some(({ isDeleted }) => isDeleted)).toBe(false);
    const mean =
      Array.from({ length: 100 }, (_, age) => meanReads(objects, span, age)).reduce((a, b) => a + b, 0) / 100;
    expect(mean).toBeGreaterThan(0.0001);
    expect(mean).toBeLessThan(0.0005);
  });
});
