/**
 * The decision as one SQL query over an inventory and the exported access state: the same policies, strategy, prices and guards
 * as `decide.ts`, in the same order. A query decides at one instant, stated in it. What it can't decide it says: objects in
 * classes that are restored from come out as `undecided`.
 */
import { DEFAULT_COOL_DOWN_DAYS } from "../cool-down.ts";
import type { DecideContext } from "../decide.ts";
import type { MatrixOptions } from "../matrix.ts";
import { conflictingRule } from "../policy/native-rules.ts";
import { type SqlDialectName, sqlDialect } from "../policy/sql-dialect.ts";
import { managedClass } from "../pricing/price-book.ts";
import { mayTransition } from "../pricing/waterfall.ts";
import { DAYS_PER_MONTH } from "../units.ts";
import { policySteps } from "./sql-policies.ts";
import { billSql, feeSql, managedNames, readableNames, sourceStep } from "./sql-prices.ts";
import { costSteps, matrixSteps } from "./sql-strategies.ts";
import { type SqlStep, cases, double, whole, withSteps } from "./sql-text.ts";
import { type SqlTables, joinSql, viewSteps } from "./sql-view.ts";

/** Strategies that can be said in SQL. */
export type SqlStrategy =
  | ({ readonly name: "matrix" } & MatrixOptions)
  | { readonly name: "cost"; readonly horizonDays: number };

/** What the query is made from. */
export interface DecisionSqlTerms {
  readonly dialect: SqlDialectName;
  readonly tables: SqlTables;
  readonly bucket: string;
  readonly nowMs: number;
  readonly strategy: SqlStrategy;
  readonly deciding: DecideContext;
}

/**
 * What a query can't be made for, in a sentence; `null` where it can. The verbs refuse by it, and `decisionSql` relies on it.
 */
export function sqlObstacle({ deciding, strategy }: DecisionSqlTerms): string | null {
  if (deciding.mechanisms?.includes("tag") || deciding.mechanisms?.includes("copy") === false)
    return "moves by tag can't be said in SQL: `engine.mechanisms` names them";
  for (const { name, match, action, where } of deciding.policies.rules) {
    if (match.tags.length > 0 || match.tenants.length > 0)
      return `the rule ${JSON.stringify(name)} (${where}) asks for tags or tenants, which no inventory has`;
    if (action?.kind === "strategy" && action.strategy !== strategy.name)
      return `the rule ${JSON.stringify(name)} (${where}) names another strategy`;
  }
  return null;
}

/** One row for each row of the inventory, with the columns of {@link DECISION_COLUMNS}. */
export function decisionSql(terms: DecisionSqlTerms): string {
  const { deciding, strategy, nowMs, bucket } = terms;
  const dialect = sqlDialect(terms.dialect);
  const { prices, policies } = deciding;
  const names = managedNames(prices);
  const choice = { prices, sets: policies.classes, dialect };
  const isLifetime = strategy.name === "matrix" && strategy.windowDays === "lifetime";
  const steps = [
    ...viewSteps(nowMs, isLifetime ? "lifetime_reads" : "window_reads"),
    sourceStep(prices),
    ...policySteps({ policies, bucket, nowMs, classes: names, dialect }),
    ...(strategy.name === "matrix"
      ? matrixSteps(strategy.classes, choice)
      : costSteps(strategy.horizonDays, deciding.noncurrentDays, choice)),
    ...sumSteps(terms),
    verdictStep(terms),
  ];
  return `${withSteps(joinSql(terms.tables), steps)}\nSELECT ${DECISION_COLUMNS.join(", ")}\nFROM decided`;
}

/** Columns of the result; `kind` is `stay`, `move`, `refuse` or `undecided`, sums are micros. */
export const DECISION_COLUMNS = [
  "object_key",
  "size_bytes",
  "storage_class",
  "kind",
  "proposed",
  "refusal",
  "ordered",
  "fee_micros",
  "saving_micros_per_month",
] as const;

/** The sums of the proposed move: `fee`, `saving`. */
function sumSteps({ deciding, nowMs }: DecisionSqlTerms): readonly SqlStep[] {
  const { prices, guards, noncurrentDays, readsAcl = false } = deciding;
  const names = managedNames(prices);
  const use = {
    reads: "reads_per_month",
    readDays: "read_days_per_month",
    idleDays: "idle_days",
    horizonDays: guards.maxPaybackDays,
  };
  const bill = (column: string): string =>
    cases(
      names.map((name) => [`${column} = '${name}'`, billSql(prices, name, use)]),
      double(null),
    );
  const fee = cases(
    names.map((name) => [`proposed = '${name}'`, feeSql(prices, name, { noncurrentDays, readsAcl, atMs: nowMs })]),
    double(null),
  );
  return [
    { name: "billed", columns: { fee, saving: `(${bill("storage_class")}) - (${bill("proposed")})` } },
    {
      name: "paid_back",
      columns: {
        payback_days: `CASE WHEN saving > ${double(0)} THEN fee / saving * ${double(DAYS_PER_MONTH)} ELSE NULL END`,
      },
    },
  ];
}

/** Guards in the order of `decide`: safety, cool-down, money. */
function verdictStep({ deciding, dialect }: DecisionSqlTerms): SqlStep {
  const { prices, guards, locksCopies = false, coolDownDays = DEFAULT_COOL_DOWN_DAYS } = deciding;
  const isUnknownPrice = "(fee IS NULL OR saving IS NULL)";
  const refusal = cases(
    [
      ["hold IS NOT NULL", "hold"],
      [nativeSql(deciding, dialect), "'native_rule_conflict'"],
      ...(locksCopies ? [["(1 = 1)", "'default_retention'"] as const] : []),
      [isUnknownPrice, "'unknown_price'"],
      [`(ordered < 0 OR is_timed) AND ${coolingSql(deciding, coolDownDays)}`, "'cool_down'"],
      ["ordered >= 0", "NULL"],
      ["payback_days IS NULL", "'saving_under_fee'"],
      [`payback_days > ${double(guards.maxPaybackDays)}`, "'payback'"],
    ],
    "NULL",
  );
  const isUnmanaged = `NOT ${isOneOf(managedNames(prices))}`;
  const isArchived = `NOT ${isOneOf(readableNames(prices))}`;
  const early: readonly (readonly [string, string])[] = [
    ["coalesce(replication_status = 'PENDING', (1 = 0))", "'replication_pending'"],
    [isUnmanaged, "'class_not_managed'"],
    ["is_ignored", "'ignored_by_policy'"],
    ["mask = 0", "'policy_conflict'"],
  ];
  const isEarly = early.map(([condition]) => condition).join(" OR ");
  const isStaying = "proposed = storage_class";
  const isRefused = `(${refusal}) IS NOT NULL`;
  const none = `${isEarly} OR ${isArchived} OR ${isStaying}`;
  const only = (value: string): string => `CASE WHEN ${none} THEN NULL ELSE ${value} END`;
  return {
    name: "decided",
    columns: {
      kind: cases(
        [
          [isEarly, "'refuse'"],
          [isArchived, "'undecided'"],
          [isStaying, "'stay'"],
          [isRefused, "'refuse'"],
        ],
        "'move'",
      ),
      refusal: cases([...early, [`${isArchived} OR ${isStaying}`, "NULL"]], refusal),
      fee_micros: only(`CASE WHEN ${isUnknownPrice} THEN NULL ELSE fee END`),
      saving_micros_per_month: only(`CASE WHEN ${isUnknownPrice} THEN NULL ELSE saving END`),
    },
  };
}

/** Whether the object is in one of these classes; one without a class is in none. */
function isOneOf(names: readonly string[]): string {
  if (names.length === 0) return "(1 = 0)";
  return `coalesce(storage_class IN (${names.map((name) => `'${name}'`).join(", ")}), (1 = 0))`;
}

/** The bucket's own rules that a copy would restart or that would undo it, each with the classes for which that holds. */
function nativeSql({ nativeRules, prices }: DecideContext, dialectName: SqlDialectName): string {
  const { startsWith, literal } = sqlDialect(dialectName);
  const conditions = nativeRules.flatMap((rule) => {
    const { prefix, largerThan = -1, smallerThan = Infinity } = rule;
    const anySize = { ...rule, largerThan: -1, smallerThan: Infinity };
    const targets = managedNames(prices).filter((to) =>
      conflictingRule([anySize], { key: prefix, sizeBytes: 1, to }, prices),
    );
    if (targets.length === 0) return [];
    const parts = [
      `proposed IN (${targets.map((name) => `'${name}'`).join(", ")})`,
      ...(prefix === "" ? [] : [startsWith("object_key", literal(prefix))]),
      ...(largerThan < 0 ? [] : [`size > ${whole(largerThan)}`]),
      ...(smallerThan === Infinity ? [] : [`size < ${whole(smallerThan)}`]),
    ];
    return [`(${parts.join(" AND ")})`];
  });
  return conditions.length === 0 ? "(1 = 0)" : `(${conditions.join(" OR ")})`;
}

/** What was brought up is not sent down at once. */
function coolingSql({ prices }: DecideContext, coolDownDays: number): string {
  const names = managedNames(prices);
  const ways = names.flatMap((from) => {
    const colder = names.filter((to) => mayTransition(prices, from, to));
    if (colder.length === 0) return [];
    const days = Math.max(coolDownDays, managedClass(prices, from)?.minimumDays ?? 0);
    const to = colder.map((name) => `'${name}'`).join(", ");
    return [`(storage_class = '${from}' AND proposed IN (${to}) AND promoted_days < ${double(days)})`];
  });
  return `coalesce(promoted_days IS NOT NULL AND (${ways.join(" OR ")}), (1 = 0))`;
}
