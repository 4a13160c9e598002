/**
 * The user's own S3 lifecycle rules, in the form that `aws s3api get-bucket-lifecycle-configuration` prints, as age rules of a
 * replay. Where several rules are due at once the cheapest class at rest wins, and a rule never moves an object up, as S3 has it.
 *
 * Source of the rules: S3 user guide, "Transitioning objects using Amazon S3 Lifecycle"; the default of 128 KiB below which
 * nothing moves: `TransitionDefaultMinimumObjectSize`, since September 2024.
 */
import { z } from "zod";
import type { DueStep, DueSteps } from "./challengers/age-rules.ts";
import type { ClassSet } from "./daily-tariff.ts";
import { AstraError } from "../errors.ts";
import { type PriceBook, marginalStorageRate } from "../pricing/price-book.ts";
import type { Trace } from "../trace/trace.ts";
import { KIB, dayNumber } from "../units.ts";

const DEFAULT_LEAST_BYTES = 128 * KIB;

const tag = z.object({ Key: z.string(), Value: z.string() });
const size = z.number().int().nonnegative();

const conditions = {
  Prefix: z.string().optional(),
  ObjectSizeGreaterThan: size.optional(),
  ObjectSizeLessThan: size.optional(),
};

const filter = z.object({
  ...conditions,
  Tag: tag.optional(),
  And: z.object({ ...conditions, Tags: z.array(tag).optional() }).optional(),
});

const transition = z.object({
  Days: z.number().int().nonnegative().optional(),
  Date: z.string().optional(),
  StorageClass: z.string(),
});

const rule = z.object({
  ID: z.string().optional(),
  Status: z.enum(["Enabled", "Disabled"]),
  Prefix: z.string().optional(),
  Filter: filter.optional(),
  Transitions: z.array(transition).default([]),
  Expiration: z.unknown().optional(),
});

const configuration = z.object({
  Rules: z.array(rule),
  TransitionDefaultMinimumObjectSize: z.enum(["all_storage_classes_128K", "varies_by_storage_class"]).optional(),
});

type Rule = z.infer<typeof rule>;

/** Rules ready for a replay, and what of the file they leave out. */
export interface LifecycleRules {
  readonly steps: DueSteps;
  readonly notes: readonly string[];
}

interface CompiledRule {
  readonly prefix: string;
  /** Sizes in bytes the rule speaks of, both ends included. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  readonly steps: readonly CompiledStep[];
}

interface CompiledStep {
  readonly storageClass: number;
  /** Cheaper classes at rest come later. */
  readonly ratePerGb: number;
  /** Least bytes of an object that the provider moves there without being asked by a size filter. */
  readonly leastBytes: number;
  readonly days: number | null;
  /** Days since 1970-01-01 UTC. */
  readonly onDay: number | null;
}

/** @throws AstraError ASTRA_LIFECYCLE_INVALID with the file and the place in it */
export function parseLifecycleRules(json: unknown, where: string, classes: ClassSet, book: PriceBook): LifecycleRules {
  const parsed = configuration.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw invalid(where, `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  const leastByDefault = parsed.data.TransitionDefaultMinimumObjectSize !== "varies_by_storage_class";
  const enabled = parsed.data.Rules.filter(({ Status }) => Status === "Enabled");
  const compiled = enabled.map((each) => compileRule(each, { where, classes, book, leastByDefault }));
  if (compiled.every(({ steps }) => steps.length === 0)) {
    throw invalid(where, "no enabled rule moves anything to another class", "Give a configuration with transitions.");
  }
  const expiring = enabled.filter(({ Expiration }) => Expiration !== undefined).map(nameOf);
  const notes =
    expiring.length === 0
      ? []
      : [`${where}: expiration is left out (${expiring.join(", ")}): a trace says itself what was deleted`];
  return { steps: (trace, object) => stepsOf(compiled, trace, object), notes };
}

interface Compiling {
  readonly where: string;
  readonly classes: ClassSet;
  readonly book: PriceBook;
  readonly leastByDefault: boolean;
}

function compileRule(from: Rule, compiling: Compiling): CompiledRule {
  const { where } = compiling;
  const asked = { ...from.Filter, ...from.Filter?.And };
  if (from.Filter?.Tag !== undefined || (from.Filter?.And?.Tags ?? []).length > 0) {
    throw invalid(
      where,
      `the rule ${nameOf(from)} asks for tags, which a history of reads does not have`,
      "Leave the rule out of the file, or its tags.",
    );
  }
  const { ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = asked;
  const isSized = above !== undefined || below !== undefined;
  return {
    prefix: asked.Prefix ?? from.Prefix ?? "",
    leastBytes: above === undefined ? 0 : above + 1,
    mostBytes: below === undefined ? Infinity : below - 1,
    steps: from.Transitions.map((each) => compileStep(each, from, isSized, compiling)),
  };
}

function compileStep(
  { Days: days, Date: date, StorageClass: name }: z.infer<typeof transition>,
  from: Rule,
  isSized: boolean,
  { where, classes, book, leastByDefault }: Compiling,
): CompiledStep {
  const storageClass = classes.names.indexOf(name);
  const prices = book.classes[name];
  if (storageClass < 0 || !prices) {
    const message = `the rule ${nameOf(from)} moves to ${name}, which is not among this backtest's classes`;
    throw invalid(
      where,
      message,
      `Choose a setting that has it (--setting all), or one of ${classes.names.join(", ")}.`,
    );
  }
  const at = date === undefined ? null : Date.parse(date);
  if ((days === undefined) === (at === null) || Number.isNaN(at)) {
    throw invalid(
      where,
      `the rule ${nameOf(from)} needs Days or a Date for ${name}`,
      "Give one of them; a date as 2026-01-31.",
    );
  }
  const mayBeSmall = isSized || (!leastByDefault && prices.restore !== undefined);
  return {
    storageClass,
    ratePerGb: marginalStorageRate((prices.innerTiers?.at(-1) ?? prices).storage, 0),
    leastBytes: mayBeSmall ? 0 : DEFAULT_LEAST_BYTES,
    days: days ?? null,
    onDay: at === null ? null : dayNumber(at),
  };
}

function stepsOf(rules: readonly CompiledRule[], trace: Trace, object: number): readonly DueStep[] {
  const bytes = trace.sizeBytes[object] ?? 0;
  const name = trace.name[object] ?? "";
  const created = trace.createdDay[object] ?? 0;
  const due: RatedStep[] = [];
  for (const { prefix, leastBytes, mostBytes, steps } of rules) {
    if (bytes < leastBytes || bytes > mostBytes || !name.startsWith(prefix)) continue;
    for (const { storageClass, ratePerGb, days, onDay, leastBytes: least } of steps) {
      if (bytes < least) continue;
      due.push({ day: days === null ? (onDay ?? 0) - trace.originDay : created + days, storageClass, ratePerGb });
    }
  }
  due.sort((a, b) => a.day - b.day || a.ratePerGb - b.ratePerGb);
  const kept: RatedStep[] = [];
  for (const step of due) if (step.ratePerGb < (kept.at(-1)?.ratePerGb ?? Infinity)) kept.push(step);
  return kept;
}

interface RatedStep extends DueStep {
  readonly ratePerGb: number;
}

function nameOf({ ID, Filter: of, Prefix: prefix }: Rule): string {
  return JSON.stringify(ID ?? of?.Prefix ?? prefix ?? "(without a name)");
}

function invalid(where: string, message: string, fix?: string): AstraError {
  return new AstraError("ASTRA_LIFECYCLE_INVALID", message, { where, ...(fix !== undefined && { fix }) });
}
