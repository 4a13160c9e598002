/** The totals of a plan as small tables: by policy, by prefix, by class, and month by month. */
import type { MoveGroup, PlanBreakdown, PlanTotals } from "../../../core/plan.ts";
import { formatMoney } from "./money.ts";
import { formatBytes, formatCount } from "./size.ts";
import { type Column, table } from "./table.ts";
import { visible } from "./visible.ts";

const SHOWN_ROWS = 5;
/** Months told of unless all are asked for. */
const SHOWN_MONTHS: ReadonlySet<number> = new Set([1, 2, 3, 6, 12]);

function right(title: string): Column {
  return { title, align: "right" };
}

function sums({ moves, bytes, feeMicros, savingMicrosPerMonth }: MoveGroup): string[] {
  return [formatCount(moves), formatBytes(bytes), formatMoney(feeMicros), formatMoney(savingMicrosPerMonth)];
}

function groupTable(title: string, rows: readonly (readonly [string, MoveGroup])[], isVerbose: boolean): string {
  if (rows.length < 2) return "";
  const sorted = rows.toSorted(([, a], [, b]) => b.savingMicrosPerMonth - a.savingMicrosPerMonth);
  const shown = isVerbose ? sorted : sorted.slice(0, SHOWN_ROWS);
  const columns = [{ title }, right("objects"), right("size"), right("fee"), right("saves/month")];
  const lines = table(
    columns,
    shown.map(([name, group]) => [visible(name), ...sums(group)]),
    "  ",
  );
  const hidden = sorted.length - shown.length;
  return hidden > 0 ? `${lines}\n  … and ${formatCount(hidden)} more` : lines;
}

/** Of moves that policies speak of, and others. Empty where there is one group only. */
export function policyTable({ policies }: PlanBreakdown, isVerbose: boolean): string {
  const rows = policies.map((group) => [group.policy ?? "(no policy)", group] as const);
  return groupTable("policy", rows, isVerbose);
}

/** By the first segment of the key. */
export function prefixTable({ prefixes }: PlanBreakdown, isVerbose: boolean): string {
  const rows = prefixes.map((group) => [group.prefix === "" ? "(no prefix)" : group.prefix, group] as const);
  return groupTable("prefix", rows, isVerbose);
}

/** Bytes and objects of a class before and after the plan. */
export interface ClassChange {
  readonly storageClass: string;
  readonly objects: number;
  readonly bytes: number;
  readonly objectsAfter: number;
  readonly bytesAfter: number;
}

/** Every class that holds anything before or after, the largest first. */
export function classChanges({ classes, breakdown }: PlanTotals): readonly ClassChange[] {
  const after = new Map(Object.entries(classes).map(([name, { objects, bytes }]) => [name, { objects, bytes }]));
  const add = (name: string, objects: number, bytes: number): void => {
    const so = after.get(name) ?? { objects: 0, bytes: 0 };
    after.set(name, { objects: so.objects + objects, bytes: so.bytes + bytes });
  };
  for (const { from, to, moves, bytes } of breakdown?.classes ?? []) {
    add(from, -moves, -bytes);
    add(to, moves, bytes);
  }
  return [...after]
    .map(([storageClass, then]) => {
      const now = Object.hasOwn(classes, storageClass) ? classes[storageClass] : undefined;
      const { objects = 0, bytes = 0 } = now ?? {};
      return { storageClass, objects, bytes, objectsAfter: then.objects, bytesAfter: then.bytes };
    })
    .toSorted((a, b) => Math.max(b.bytes, b.bytesAfter) - Math.max(a.bytes, a.bytesAfter));
}

/** What each class holds before and after. */
export function classTable(totals: PlanTotals): string {
  const rows = classChanges(totals).map(({ storageClass, objects, bytes, objectsAfter, bytesAfter }) => [
    visible(storageClass),
    formatCount(objects),
    formatBytes(bytes),
    formatCount(objectsAfter),
    formatBytes(bytesAfter),
  ]);
  const columns = [{ title: "class" }, right("objects now"), right("size now"), right("after"), right("size after")];
  return table(columns, rows, "  ");
}

/** Money since the plan at the end of each month, in micros. */
export function cumulated(cashFlowMicros: readonly number[]): readonly number[] {
  let sum = 0;
  return cashFlowMicros.map((micros) => (sum += micros));
}

/** Number of the first month at whose end nothing is lost any more, from 1; `null` where there is none. */
export function breakEvenMonth(cashFlowMicros: readonly number[]): number | null {
  const month = cumulated(cashFlowMicros).findIndex((micros) => micros >= 0);
  return month < 0 ? null : month + 1;
}

function at(values: readonly number[], month: number): string {
  return formatMoney(values[month - 1] ?? 0);
}

/** Month by month, and when the fees are paid back. */
export function cashFlowTable({ cashFlowMicros }: PlanBreakdown, isVerbose: boolean): string {
  const total = cumulated(cashFlowMicros);
  const months = cashFlowMicros.map((_, index) => index + 1).filter((month) => isVerbose || SHOWN_MONTHS.has(month));
  const month = breakEvenMonth(cashFlowMicros);
  const found =
    month === null
      ? `Fees are not paid back within ${cashFlowMicros.length} months.`
      : `Fees are paid back in month ${month}.`;
  if (isVerbose) {
    const rows = months.map((each) => [String(each), at(cashFlowMicros, each), at(total, each)]);
    return `${table([right("month"), right("in the month"), right("since the plan")], rows, "  ")}\n  ${found}`;
  }
  const columns = [{ title: "cash flow" }, ...months.map((each) => right(`month ${each}`))];
  const rows = [
    ["in the month", ...months.map((each) => at(cashFlowMicros, each))],
    ["since the plan", ...months.map((each) => at(total, each))],
  ];
  return `${table(columns, rows, "  ")}\n  ${found}`;
}
