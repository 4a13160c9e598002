/** Checks the bill and the optimum against a file of cases with known results: the yardstick's own yardstick. */
import { type BillCase, type CasePath, parseBillCases } from "./bill-cases.ts";
import {
  type DailyBill,
  chargeMove,
  chargeQuiet,
  chargeReadDay,
  earlyDeletion,
  emptyBill,
  holdingFrom,
  totalOf,
} from "../core/backtest/daily-bill.ts";
import { type DailyTariff, dailyTariff } from "../core/backtest/daily-tariff.ts";
import { AstraError } from "../core/errors.ts";
import { type ObjectLife, optimumOf } from "../core/backtest/optimum.ts";
import { requirePermission } from "../core/permission.ts";
import { type PriceBook, managedClass } from "../core/pricing/price-book.ts";
import { GB_BYTES } from "../core/units.ts";
import type { Context } from "./context.ts";

/** What is compared, in the order of the table. */
export const COMPARED = [
  "storage",
  "transitions",
  "retrieval",
  "earlyDeletion",
  "total",
  "restoreDays",
  "optimum",
] as const;
export type Compared = (typeof COMPARED)[number];

/** The largest difference found of one kind. */
export interface Deviation {
  readonly what: Compared;
  /** Relative to what was expected; of `restoreDays`, the difference in days. */
  readonly error: number;
  readonly caseId: number | string;
  /** Number of the case's path, from 0; `null` for the optimum. */
  readonly path: number | null;
  readonly expected: number;
  readonly actual: number;
}

export interface CasesChecked {
  readonly cases: number;
  readonly paths: number;
  readonly billMaxRelativeError: number;
  readonly optimumMaxRelativeError: number;
  /** The worst of each kind. */
  readonly worst: readonly Deviation[];
}

/** Up to here a difference is the rounding of doubles. */
export const CASE_TOLERANCE = 1e-9;

/** @throws AstraError ASTRA_CASES_INVALID, ASTRA_PRICES_INVALID */
export function backtestCases({
  ctx,
  input,
}: {
  ctx: Context;
  /** `where` is the file's name, for errors. */
  input: { readonly json: unknown; readonly where: string };
}): CasesChecked {
  requirePermission(ctx.actor, "object.read");
  const cases = parseBillCases(input.json, input.where);
  const worst = new Map<Compared, Deviation>();
  let paths = 0;
  cases.forEach((each, index) => {
    for (const found of deviationsOf(ctx.prices, each, `cases.${index}`, input.where)) {
      if (found.error > (worst.get(found.what)?.error ?? -1)) worst.set(found.what, found);
    }
    paths += each.paths.length;
  });
  const listed = COMPARED.flatMap((what) => worst.get(what) ?? []);
  const most = (kinds: readonly Deviation[]) => Math.max(0, ...kinds.map(({ error }) => error));
  return {
    cases: cases.length,
    paths,
    billMaxRelativeError: most(listed.filter(({ what }) => what !== "optimum")),
    optimumMaxRelativeError: most(listed.filter(({ what }) => what === "optimum")),
    worst: listed,
  };
}

function deviationsOf(book: PriceBook, each: BillCase, place: string, where: string): Deviation[] {
  const choice = startingInBase(book, each.classes);
  const ofPaths = startingInBase(book, [
    ...each.classes,
    ...each.paths.flatMap(({ moves }) => moves.map(([, to]) => to)),
  ]);
  const unknown = ofPaths.find((name) => !managedClass(book, name));
  if (unknown !== undefined) {
    throw new AstraError("ASTRA_CASES_INVALID", `${place}: price book ${book.version} has no class ${unknown}`, {
      where,
      fix: "Correct the class, or choose the price book the cases were made with (`prices` in astra.yaml).",
    });
  }
  const life = lifeOf(each);
  const { cost } = optimumOf(tariffOf(book, each, choice), life);
  const tariff = tariffOf(book, each, ofPaths);
  return [
    deviation("optimum", each.id, null, cost, each.optimum, each.optimum),
    ...each.paths.flatMap((path, index) => pathDeviations(tariff, life, each.id, path, index)),
  ];
}

/** Every path starts in the base class, so that one comes first. */
function startingInBase(book: PriceBook, classes: readonly string[]): string[] {
  return [...new Set([book.baseClass, ...classes])];
}

function tariffOf(book: PriceBook, each: BillCase, names: readonly string[]): DailyTariff {
  try {
    return dailyTariff(book, { names, hasAutoArchive: each.intelligentTieringArchive }, each.sizeBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AstraError("ASTRA_PRICES_INVALID", `case ${each.id} of classes ${names.join(", ")}: ${error.message}`, {
      where: book.version,
      cause: error,
      fix: "Give the price book the missing price, or choose another one (`prices` in astra.yaml).",
    });
  }
}

function lifeOf(each: BillCase): ObjectLife {
  const reads = each.reads.toSorted(([a], [b]) => a - b);
  return {
    firstDay: 0,
    endDay: each.days,
    isDeleted: each.deletedAtEnd,
    fromRow: 0,
    toRow: reads.length,
    readDay: reads.map(([day]) => day),
    reads: reads.map(([, count]) => count),
    bytesRead: reads.map(([, count]) => count * each.sizeBytes * each.fractionRead),
  };
}

function pathDeviations(
  tariff: DailyTariff,
  life: ObjectLife,
  caseId: number | string,
  expected: CasePath,
  path: number,
): Deviation[] {
  const { bill, restoreDays } = billOf(tariff, life, expected.moves);
  const compare = (what: Compared, actual: number, wanted: number) =>
    deviation(what, caseId, path, actual, wanted, expected.total);
  return [
    compare("storage", bill.storage, expected.storage),
    compare("transitions", bill.transitions, expected.transitions),
    compare("retrieval", bill.retrieval, expected.retrieval),
    compare("earlyDeletion", bill.earlyDeletion, expected.earlyDeletion),
    compare("total", totalOf(bill), expected.total),
    {
      what: "restoreDays",
      error: Math.abs(restoreDays - expected.restoreDays),
      caseId,
      path,
      expected: expected.restoreDays,
      actual: restoreDays,
    },
  ];
}

/** The bill of a path; its restore days are those of classes that wait, not of inner archive tiers. */
function billOf(
  tariff: DailyTariff,
  life: ObjectLife,
  moves: CasePath["moves"],
): { readonly bill: DailyBill; readonly restoreDays: number } {
  const bill = emptyBill();
  const holding = holdingFrom(0, 0);
  const target = new Map(moves);
  const rowOf = new Map(Array.from(life.readDay, (day, row) => [day, row]));
  let restoreDays = 0;
  for (let day = 0; day < life.endDay; day += 1) {
    const to = target.get(day);
    if (to !== undefined) chargeMove(tariff, holding, day, tariff.classes.names.indexOf(to), bill);
    const row = rowOf.get(day);
    if (row === undefined) {
      chargeQuiet(tariff, holding, day, day + 1, bill);
      continue;
    }
    restoreDays += tariff.isWaiting[holding.storageClass] ?? 0;
    chargeReadDay(tariff, holding, day, life.reads[row] ?? 0, (life.bytesRead[row] ?? 0) / GB_BYTES, bill);
  }
  if (life.isDeleted) bill.earlyDeletion += earlyDeletion(tariff, holding, life.endDay);
  return { bill, restoreDays };
}

/** What should be 0 is measured against the total. */
function deviation(
  what: Compared,
  caseId: number | string,
  path: number | null,
  actual: number,
  expected: number,
  total: number,
): Deviation {
  const difference = Math.abs(actual - expected);
  const scale = Math.abs(expected) || Math.abs(total) || difference;
  const error = difference === 0 ? 0 : Math.min(difference / scale, Number.MAX_VALUE);
  return { what, error, caseId, path, expected, actual };
}
