/**
 * Billed beside modelled, by bucket and line. Every row of a report ends up in exactly one place, in whole 10^-12
 * dollars, so that
 * file = set aside + Σ buckets, and for each bucket billed = modelled + outside the model + adjustments + unexplained.
 */
import { type BillingRow, microsOfPicos, picosOfMicros } from "./cost-report.ts";
import { lineHint } from "./line-hints.ts";
import { type UsageLine, usageLine } from "./usage-type.ts";
import { calendarMonth } from "../units.ts";

/** Why a row of a report is not set beside the model. */
export const SET_ASIDE = ["other service", "other month", "other bucket"] as const;
export type SetAside = (typeof SET_ASIDE)[number];

/** What a line of a report is, in the order in which lines are shown. */
const LINE_KINDS = ["usage", "unknown", "outside", "adjustment"] as const;
/**
 * `usage`: the model has this line; `unknown`: a usage type that nobody here knows; `outside`: the model has no such line,
 * and says why; `adjustment`: tax, credit, refund, discount.
 */
export type LineKind = (typeof LINE_KINDS)[number];

export interface ReconciledLine {
  readonly line: string;
  readonly kind: LineKind;
  /** Usage types as the report names them. */
  readonly usageTypes: readonly string[];
  /** In the report's unit of these usage types. */
  readonly usageAmount: number;
  readonly billedMicros: number;
  /** `null` where the model has no such line. */
  readonly modelledMicros: number | null;
  /** Billed less modelled. */
  readonly differenceMicros: number;
  /** What the difference is; `null` where it is not known. */
  readonly explanation: string | null;
  /** Where to look, when it is not known. */
  readonly hint: string | null;
}

export interface ReconciledSums {
  readonly billedMicros: number;
  readonly modelledMicros: number;
  readonly outsideMicros: number;
  readonly adjustmentMicros: number;
  /** What is left: billed less all of the above. */
  readonly unexplainedMicros: number;
}

export interface ReconciledBucket extends ReconciledSums {
  /** Empty for rows that belong to no bucket. */
  readonly bucket: string;
  /** Whether there is a model of it. */
  readonly isModelled: boolean;
  readonly lines: readonly ReconciledLine[];
}

export interface Reconciliation {
  readonly rows: number;
  /** Everything in the files. */
  readonly billedMicros: number;
  readonly setAside: readonly { readonly why: SetAside; readonly rows: number; readonly billedMicros: number }[];
  readonly buckets: readonly ReconciledBucket[];
  readonly totals: ReconciledSums;
}

/** The services whose rows are S3's storage bill; the archive classes are partly sold under their own names. */
const SERVICES: ReadonlySet<string> = new Set(["AmazonS3", "AmazonS3GlacierDeepArchive", "AmazonGlacier"]);

const USAGE_TYPES_OF_LINES: ReadonlySet<string> = new Set(["Usage", "DiscountedUsage", "SavingsPlanCoveredUsage"]);

/** A line as it is added up. */
interface OpenLine {
  readonly line: string;
  readonly kind: LineKind;
  readonly outside: string | null;
  readonly usageTypes: Set<string>;
  usageAmount: number;
  picos: bigint;
}

/** Adds up a report row by row; memory grows with buckets × lines only. */
export class ReportTally {
  readonly #month: string;
  readonly #bucket: string | null;
  readonly #buckets = new Map<string, Map<string, OpenLine>>();
  readonly #setAside = new Map<SetAside, { rows: number; picos: bigint }>();
  readonly #usage = new Map<string, UsageLine>();
  #rows = 0;
  #picos = 0n;

  /** @param bucket only this one; `null` for all. */
  constructor(month: string, bucket: string | null) {
    this.#month = month;
    this.#bucket = bucket;
  }

  add(row: BillingRow): void {
    this.#rows += 1;
    this.#picos += row.costPicos;
    const why = this.#aside(row);
    if (why) {
      const sum = this.#setAside.get(why) ?? { rows: 0, picos: 0n };
      this.#setAside.set(why, { rows: sum.rows + 1, picos: sum.picos + row.costPicos });
      return;
    }
    const line = this.#line(row);
    if (row.usageType !== "") line.usageTypes.add(row.usageType);
    line.usageAmount += row.usageAmount;
    line.picos += row.costPicos;
  }

  /** Buckets that the report has rows of. */
  buckets(): string[] {
    return [...this.#buckets.keys()];
  }

  /** @param modelled whole micros by line for each bucket that has a model. */
  reconcile(modelled: ReadonlyMap<string, Readonly<Record<string, number>>>): Reconciliation {
    const names = [...new Set([...this.#buckets.keys(), ...modelled.keys()])].toSorted();
    const wanted = names.filter((name) => this.#bucket === null || name === this.#bucket);
    const parts = wanted.map((name) => reconciledBucket(name, this.#buckets.get(name), modelled.get(name)));
    return {
      rows: this.#rows,
      billedMicros: microsOfPicos(this.#picos),
      setAside: SET_ASIDE.flatMap((why) => {
        const sum = this.#setAside.get(why);
        return sum ? [{ why, rows: sum.rows, billedMicros: microsOfPicos(sum.picos) }] : [];
      }),
      buckets: parts.map(({ shown }) => shown),
      totals: shownSums(parts.reduce((sum, { sums }) => added(sum, sums), NOTHING)),
    };
  }

  #aside(row: BillingRow): SetAside | null {
    if (!SERVICES.has(row.service)) return "other service";
    if (calendarMonth(row.startMs) !== this.#month) return "other month";
    return this.#bucket !== null && row.bucket !== this.#bucket ? "other bucket" : null;
  }

  #line(row: BillingRow): OpenLine {
    let lines = this.#buckets.get(row.bucket);
    if (!lines) this.#buckets.set(row.bucket, (lines = new Map()));
    const { line, kind, outside } = this.#kind(row);
    const id = `${kind} ${line}`;
    let open = lines.get(id);
    if (!open) lines.set(id, (open = { line, kind, outside, usageTypes: new Set(), usageAmount: 0, picos: 0n }));
    return open;
  }

  #kind(row: BillingRow): Pick<OpenLine, "line" | "kind" | "outside"> {
    if (!USAGE_TYPES_OF_LINES.has(row.lineItemType)) {
      const line = row.lineItemType === "" ? "(no line item type)" : row.lineItemType;
      return { line, kind: "adjustment", outside: "an entry of the bill that is no usage" };
    }
    const id = `${row.usageType}\n${row.operation}`;
    let known = this.#usage.get(id);
    if (!known) this.#usage.set(id, (known = usageLine(row.usageType, row.operation)));
    if (row.costPicos < 0n) {
      const outside = "usage at a negative price: a correction of the provider's";
      return { line: `${known.line} (correction)`, kind: "adjustment", outside };
    }
    const { line, outside, isKnown } = known;
    if (!isKnown) return { line, kind: "unknown", outside: null };
    return { line, kind: outside === null ? "usage" : "outside", outside };
  }
}

interface Sums {
  readonly billed: bigint;
  readonly modelled: bigint;
  readonly outside: bigint;
  readonly adjustment: bigint;
}
const NOTHING: Sums = { billed: 0n, modelled: 0n, outside: 0n, adjustment: 0n };

function added(a: Sums, b: Sums): Sums {
  return {
    billed: a.billed + b.billed,
    modelled: a.modelled + b.modelled,
    outside: a.outside + b.outside,
    adjustment: a.adjustment + b.adjustment,
  };
}

function shownSums(sums: Sums): ReconciledSums {
  return {
    billedMicros: microsOfPicos(sums.billed),
    modelledMicros: microsOfPicos(sums.modelled),
    outsideMicros: microsOfPicos(sums.outside),
    adjustmentMicros: microsOfPicos(sums.adjustment),
    unexplainedMicros: microsOfPicos(sums.billed - sums.modelled - sums.outside - sums.adjustment),
  };
}

const NO_BUCKET = "the row belongs to no bucket";
const NOT_MANAGED = "Astra knows no object of this bucket";

function reconciledBucket(
  bucket: string,
  billed: ReadonlyMap<string, OpenLine> | undefined,
  modelled: Readonly<Record<string, number>> | undefined,
): { readonly shown: ReconciledBucket; readonly sums: Sums } {
  const why = modelled ? null : bucket === "" ? NO_BUCKET : NOT_MANAGED;
  const open = [...(billed?.values() ?? [])];
  const billedLines = new Set(open.filter(({ kind }) => kind === "usage").map(({ line }) => line));
  const unbilled = Object.keys(modelled ?? {}).filter((line) => !billedLines.has(line));
  let sums = NOTHING;
  const lines: ReconciledLine[] = [];
  for (const line of open) {
    const isOutside = (line.kind === "usage" || line.kind === "unknown") && why !== null;
    const kind = isOutside ? "outside" : line.kind;
    const picos = kind === "usage" ? picosOfMicros(modelled?.[line.line] ?? 0) : null;
    sums = added(sums, sumsOf(kind, line.picos, picos ?? 0n));
    lines.push(shownLine(line, kind, isOutside ? why : line.outside, picos));
  }
  for (const name of unbilled) {
    const picos = picosOfMicros(modelled?.[name] ?? 0);
    sums = added(sums, sumsOf("usage", 0n, picos));
    lines.push(shownLine({ line: name, usageTypes: [], usageAmount: 0, picos: 0n }, "usage", null, picos));
  }
  const sorted = lines.toSorted(
    (a, b) =>
      LINE_KINDS.indexOf(a.kind) - LINE_KINDS.indexOf(b.kind) || (a.line < b.line ? -1 : a.line > b.line ? 1 : 0),
  );
  return { shown: { bucket, isModelled: modelled !== undefined, lines: sorted, ...shownSums(sums) }, sums };
}

function sumsOf(kind: LineKind, billed: bigint, modelled: bigint): Sums {
  return {
    billed,
    modelled,
    outside: kind === "outside" ? billed : 0n,
    adjustment: kind === "adjustment" ? billed : 0n,
  };
}

interface BilledLine {
  readonly line: string;
  readonly usageTypes: Iterable<string>;
  readonly usageAmount: number;
  readonly picos: bigint;
}

function shownLine(line: BilledLine, kind: LineKind, outside: string | null, modelled: bigint | null): ReconciledLine {
  const difference = line.picos - (modelled ?? 0n);
  const explanation = outside ?? (isRounding(difference) ? "rounding" : null);
  const isOpen = kind === "usage" && explanation === null && difference !== 0n;
  return {
    line: line.line,
    kind,
    usageTypes: [...line.usageTypes].toSorted(),
    usageAmount: line.usageAmount,
    billedMicros: microsOfPicos(line.picos),
    modelledMicros: modelled === null ? null : microsOfPicos(modelled),
    differenceMicros: microsOfPicos(difference),
    explanation,
    hint: isOpen ? lineHint(line.line, difference > 0n) : null,
  };
}

/** The ledger rounds a line to whole micros; a bill rounds each of its rows to ten decimals. */
function isRounding(difference: bigint): boolean {
  const size = difference < 0n ? -difference : difference;
  return size > 0n && size <= picosOfMicros(1);
}
