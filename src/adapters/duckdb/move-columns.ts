/**
 * Planned moves as columns. What few moves differ in (classes, rule, policy, way) is a number while they are found, and is
 * written as text by the engine; key, size and ETag never leave the engine.
 */
import type { DuckDBVarCharVector, DuckDBVector } from "@duckdb/node-api";
import type { PlannedMove } from "../../core/plan.ts";
import { type DuckdbModule, sqlText } from "./connection.ts";
import { doublesOf, integersOf } from "./vector-items.ts";

/** What a move is apart from its object and its sums. */
type Way = Pick<
  PlannedMove,
  "from" | "to" | "toTier" | "mechanism" | "rule" | "policy" | "orderedByPolicy" | "restore"
>;

/** No move. */
const NONE = -1;
const NUMBERS = ["created_ms", "fee_micros", "saving_micros_per_month", "break_even_ms", "worst_case_micros"] as const;

/** Type of the function that decides: `way` is -1 where nothing moves. */
export function moveType({ STRUCT, INTEGER, DOUBLE, VARCHAR }: DuckdbModule) {
  return STRUCT({
    way: INTEGER,
    created_ms: DOUBLE,
    fee_micros: DOUBLE,
    saving_micros_per_month: DOUBLE,
    break_even_ms: DOUBLE,
    worst_case_micros: DOUBLE,
    why: VARCHAR,
  });
}

/** The ways of a part's moves, numbered. */
export class Ways {
  readonly #ways: Way[] = [];
  /** Few ways have a rule in common. */
  readonly #byRule = new Map<string, number[]>();

  numberOf(move: PlannedMove): number {
    const { from, to, toTier, mechanism, rule, policy = null, orderedByPolicy = false, restore } = move;
    const numbers = this.#byRule.get(rule) ?? [];
    for (const number of numbers) {
      const way = this.#ways[number];
      if (way && way.from === from && way.to === to && way.policy === policy && isLike(way, move)) return number;
    }
    numbers.push(this.#ways.length);
    this.#byRule.set(rule, numbers);
    this.#ways.push({ from, to, toTier, mechanism, rule, policy, orderedByPolicy, ...(restore && { restore }) });
    return this.#ways.length - 1;
  }

  /** SQL of the table's columns as they stand in the file, in order. */
  columnsSql(bucket: string): string {
    const text = (name: string, of: (way: Way) => string | null): string =>
      this.#column(name, "VARCHAR", (way) => {
        const value = of(way);
        return value === null ? "NULL" : sqlText(value);
      });
    return [
      `${sqlText(bucket)} AS bucket`,
      "key",
      "size_bytes",
      "etag",
      text("from_class", ({ from }) => from),
      text("to_class", ({ to }) => to),
      text("to_tier", ({ toTier }) => toTier),
      text("mechanism", ({ mechanism }) => mechanism),
      text("rule", ({ rule }) => rule),
      "why",
      ...NUMBERS.map((name) => `CASE WHEN isnan(${name}) THEN NULL ELSE ${name} END AS ${name}`),
      text("policy", ({ policy = null }) => policy),
      this.#column("ordered_by_policy", "BOOLEAN", (way) => String(way.orderedByPolicy === true)),
      text("restore_speed", ({ restore }) => restore?.speed ?? null),
      this.#column("restore_days", "INTEGER", ({ restore }) => String(restore?.days ?? "NULL")),
    ].join(", ");
  }

  /** A case for each value: a list that is asked for its n-th entry is copied for every row. */
  #column(name: string, type: string, of: (way: Way) => string): string {
    const numbers = new Map<string, number[]>();
    for (const [number, way] of this.#ways.entries()) {
      const value = of(way);
      numbers.set(value, [...(numbers.get(value) ?? []), number]);
    }
    const [only = "NULL"] = numbers.keys();
    if (numbers.size <= 1) return `${only}::${type} AS ${name}`;
    const cases = Array.from(numbers, ([value, having]) => `WHEN way IN (${having.join(", ")}) THEN ${value}`);
    return `(CASE ${cases.join(" ")} END)::${type} AS ${name}`;
  }
}

function isLike(way: Way, { toTier, mechanism, orderedByPolicy = false, restore }: PlannedMove): boolean {
  if (way.toTier !== toTier || way.mechanism !== mechanism || way.orderedByPolicy !== orderedByPolicy) return false;
  return way.restore?.speed === restore?.speed && way.restore?.days === restore?.days;
}

/** The vectors of the function's answer to one vector of rows. */
export class MoveVectors {
  readonly #ways: Int32Array;
  readonly #numbers: readonly Float64Array[];
  readonly #why: DuckDBVarCharVector;

  constructor(module: DuckdbModule, output: DuckDBVector) {
    if (!(output instanceof module.DuckDBStructVector)) throw new TypeError("the answer is no struct");
    const why = output.entryVectorAt(NUMBERS.length + 1);
    if (!(why instanceof module.DuckDBVarCharVector)) throw new TypeError("the reason is no text");
    this.#ways = integersOf(output.entryVectorAt(0));
    this.#numbers = NUMBERS.map((_, index) => doublesOf(output.entryVectorAt(index + 1)));
    this.#why = why;
  }

  none(row: number): void {
    this.#ways[row] = NONE;
  }

  put(row: number, move: PlannedMove, way: number): void {
    const [created, fee, saving, breakEven, worst] = this.#numbers;
    if (!created || !fee || !saving || !breakEven || !worst) return;
    this.#ways[row] = way;
    created[row] = move.createdMs ?? NaN;
    fee[row] = move.feeMicros;
    saving[row] = move.savingMicrosPerMonth;
    breakEven[row] = move.breakEvenMs;
    worst[row] = move.worstCaseMicros ?? NaN;
    this.#why.setItem(row, move.why);
  }
}

/** SQL that fills the table of a part's moves from rows in the columns given. */
export function movesSql(rows: string, row: string): string {
  const fields = ["way", ...NUMBERS, "why"].map((name) => `move.${name} AS ${name}`).join(", ");
  return `CREATE OR REPLACE TEMP TABLE moves AS SELECT key, size_bytes, etag, ${fields} FROM
    (SELECT key, size_bytes, etag, astra_decide(${row}) AS move FROM ${rows}) WHERE move.way >= 0`;
}
