import { describe, expect, it } from "vitest";
import { AWS, withClass } from "../../../test/support/prices.ts";
import { SYNC, type TestObject, cutOff, replayInput, testTrace } from "../../../test/support/traces.ts";
import { VIEW_DAY, objectView } from "../../../test/support/views.ts";
import { ClassPath } from "../backtest/class-path.ts";
import { ObjectAccount } from "../backtest/replay.ts";
import { tariffCache } from "../backtest/tariff-cache.ts";
import type { ObjectView } from "../strategy.ts";
import type { Trace } from "../trace/trace.ts";
import { KIB, MIB, MS_PER_DAY } from "../units.ts";
import { seededRandom } from "../workload/seeded-random.ts";
import { BucketKnowledge } from "./bucket-knowledge.ts";
import { predictivePolicy } from "./predictive-policy.ts";
import { predictiveStrategy } from "./predictive-strategy.ts";

const SPLIT = 160;
/** The next review of the mode is 28 days after the split. */
const COMPARED_DAYS = 27;
const ALLOWED = new Set(SYNC.names);
const TERMS = { book: AWS, maxPaybackDays: 180, mover: "lifecycle" } as const;

/** Two prefixes: read while new, and read now and then for good. */
function history(): Trace {
  const random = seededRandom(11);
  const objects = Array.from({ length: 40 }, (_, index): TestObject => {
    const created = Math.floor((index * 170) / 40);
    const isNews = index % 2 === 0;
    const reads: [number, number][] = [];
    for (let day = created; day < 220; day += 1) {
      if (random() < (isNews ? (day - created < 5 ? 0.9 : 0.003) : 0.08))
        reads.push([day, 1 + Math.floor(random() * 3)]);
    }
    return { name: `${isNews ? "news" : "atlas"}/${index}`, sizeBytes: 8 * MIB, created, reads };
  });
  return testTrace(220, objects);
}

/** What a plan would be shown of an object at the beginning of a day. */
function viewAt(trace: Trace, object: number, day: number, holding: ObjectAccount["holding"]): ObjectView {
  const from = trace.readStart[object] ?? 0;
  const rows = Array.from({ length: (trace.readStart[object + 1] ?? 0) - from }, (_, index) => from + index);
  const readDays = rows
    .map((row) => ({ day: trace.originDay + (trace.readDay[row] ?? 0), reads: trace.reads[row] ?? 0 }))
    .filter((entry) => entry.day < trace.originDay + day);
  return objectView({
    atMs: (trace.originDay + day) * MS_PER_DAY,
    key: trace.name[object] ?? "",
    sizeBytes: trace.sizeBytes[object] ?? 0,
    storageClass: SYNC.names[holding.storageClass] ?? "",
    createdDay: trace.originDay + (trace.createdDay[object] ?? 0),
    daysInClass: Number.isFinite(holding.sinceDay) ? day - holding.sinceDay : 1000,
    readDays,
  });
}

describe("the predictive strategy", () => {
  it("decides in a plan as it does in a backtest", { timeout: 120_000 }, () => {
    const trace = history();
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, history: cutOff(trace, SPLIT) }), AWS);
    const input = replayInput(trace, SPLIT);
    const path = new ClassPath();
    const replayed: string[] = [];
    predictivePolicy({ tariffOf: tariffCache(AWS, SYNC, "lifecycle"), maxPaybackDays: 180 }).replay({
      ...input,
      onClass: (object, day, storageClass) => {
        path.record(object, day, storageClass);
        if (day < SPLIT + COMPARED_DAYS) replayed.push(`${object} ${day} ${SYNC.names[storageClass]}`);
      },
    });
    const planned: string[] = [];
    const onClass = (object: number, day: number, storageClass: number): void => {
      planned.push(`${object} ${day} ${SYNC.names[storageClass]}`);
    };
    for (let object = 0; object < trace.objects; object += 1) {
      const account = new ObjectAccount({ ...input, onClass }, object);
      while (!account.isOver && account.day < SPLIT + COMPARED_DAYS) {
        const { storageClass } = strategy.propose(viewAt(trace, object, account.day, account.holding), ALLOWED);
        account.move(SYNC.names.indexOf(storageClass));
        account.advance(account.day + 1);
      }
    }
    expect(planned).toEqual(replayed);
    expect(new Set(planned.map((change) => change.split(" ")[2])).size).toBeGreaterThan(1);
  });

  it("begins from the names and ages of the matrix where there is no history", () => {
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, history: null }), AWS);
    const fresh = { createdDay: VIEW_DAY - 3, daysInClass: 3, sizeBytes: 400 * KIB };
    const chance = (key: string): number =>
      strategy.propose(objectView({ ...fresh, key }), ALLOWED).prediction?.readChance ?? Number.NaN;
    expect(chance("x/backup_1.tar")).toBeLessThan(chance("x/monthly_1.pdf"));
    const young = strategy.propose(objectView({ ...fresh, createdDay: VIEW_DAY - 2 }), ALLOWED);
    const old = strategy.propose(objectView({ ...fresh, createdDay: VIEW_DAY - 500 }), ALLOWED);
    expect(young.prediction?.readChance ?? 0).toBeGreaterThan(old.prediction?.readChance ?? 1);
    expect(old.rule).toBe("predictive:calm");
  });

  it("explains itself in numbers that belong together", { timeout: 60_000 }, () => {
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, history: cutOff(history(), SPLIT) }), AWS);
    const { prediction, storageClass, why } = strategy.propose(
      objectView({ key: "news/9", sizeBytes: 16 * MIB }),
      ALLOWED,
    );
    const expected = new Map(prediction?.options.map((option) => [option.storageClass, option.expectedMicros]));
    expect(prediction?.observedDays).toBe(SPLIT);
    expect(prediction?.readChance).toBeGreaterThan(0);
    expect(prediction?.readChance).toBeLessThan(1);
    expect(expected.get(storageClass)).toBeLessThanOrEqual(expected.get("STANDARD") ?? 0);
    // Moving is worth at least its fee within the horizon, against staying for good.
    expect(prediction?.savingMicrosPerMonth ?? 0).toBeGreaterThan(
      0.01e6 / 1000 / ((prediction?.horizonDays ?? 0) / 30.4375),
    );
    expect(why).toMatch(/^[\d.]+ % chance of a read on a day, [\d.]+ % within \d+ days$/);
  });

  it("expects the rent of staying where no class moves objects inside", () => {
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, history: null }), AWS);
    const view = objectView({ createdDay: VIEW_DAY - 2, daysInClass: 2 });
    const { prediction, rule } = strategy.propose(view, new Set(["STANDARD", "STANDARD_IA", "GLACIER_IR"]));
    const staying = prediction?.options.find(({ storageClass }) => storageClass === "STANDARD")?.expectedMicros;
    const rent = (23_000 / 30.4375) * (prediction?.horizonDays ?? 0);
    expect(rule).toBe("predictive:calm");
    expect(staying).toBeGreaterThan(rent * 0.6);
    expect(staying).toBeLessThan(rent * 1.05);
  });

  it("never proposes a class that is not allowed, also where the present one is not", () => {
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, history: null }), AWS);
    for (const allowed of [["STANDARD_IA"], ["GLACIER_IR", "STANDARD_IA"], ["GLACIER", "DEEP_ARCHIVE"]]) {
      for (const storageClass of ["STANDARD", "STANDARD_IA", "GLACIER"]) {
        expect(allowed).toContain(strategy.propose(objectView({ storageClass }), new Set(allowed)).storageClass);
      }
    }
  });

  it("leaves an object where too few prices are known", () => {
    const book = withClass("GLACIER_IR", { put: null });
    const strategy = predictiveStrategy(new BucketKnowledge({ ...TERMS, book, history: null }), book);
    const proposal = strategy.propose(objectView({ storageClass: "GLACIER_IR" }), new Set(["GLACIER_IR", "STANDARD"]));
    expect(proposal).toMatchObject({ storageClass: "GLACIER_IR", rule: "predictive:unpriced" });
  });
});
