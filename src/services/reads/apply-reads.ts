/** Reads that files of telemetry tell of, added up by object and day, become state together with the files' names. */
import { unknownObject } from "../../core/object-state.ts";
import type { PolicyRule } from "../../core/policy/policy.ts";
import { isExcludedRead } from "../../core/policy/policy-readers.ts";
import { type ReadsOfDay, recordDay } from "../../core/reads/day-reads.ts";
import { type ReviewRule, reviewAfterReads } from "../../core/review-time.ts";
import type { ReadSource, ReadsBatch } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { observeOptions } from "../observe-options.ts";

/** How readers are told apart. */
export interface Readers {
  /** Their reads never count. */
  readonly excluded: ReadonlySet<string>;
  /** Their reads do not count for some objects: a rule says so, and decides when they are applied. */
  readonly named: readonly string[];
}

/** From the configuration and the policies. */
export function readersOf(ctx: Pick<Context, "config" | "policies">): Readers {
  const excluded = new Set(ctx.config.engine.excluded_principals);
  const named = new Set(ctx.policies.flatMap(({ readsExcludedFrom }) => readsExcludedFrom));
  return { excluded, named: [...named].filter((name) => !excluded.has(name)) };
}

/**
 * One transaction.
 * @returns digests of sources that were known already; where there are any, nothing was written. And objects changed.
 */
export async function applyReads(
  ctx: Context,
  sources: readonly ReadSource[],
  reads: readonly ReadsOfDay[],
): Promise<{ readonly known: readonly string[]; readonly objects: number }> {
  const nowMs = ctx.clock.now();
  const rules: ReadRules = {
    keepDays: observeOptions(ctx.config).keepDays,
    excluding: ctx.policies.filter(({ readsExcludedFrom }) => readsExcludedFrom.length > 0),
    review: { nowMs, baseClass: ctx.prices.baseClass },
  };
  const effects = effectsOf(reads, rules);
  const known = await ctx.state.applyReads({ sources, effects, nowMs });
  return { known, objects: known.length > 0 ? 0 : effects.length };
}

type Effects = ReadsBatch["effects"];

interface ReadRules {
  readonly keepDays: number;
  /** Rules that exclude readers. */
  readonly excluding: readonly PolicyRule[];
  readonly review: ReviewRule;
}

function effectsOf(reads: readonly ReadsOfDay[], rules: ReadRules): Effects {
  const byObject = new Map<string, ReadsOfDay[]>();
  for (const read of reads) {
    const id = `${read.bucket}/${read.key}`;
    const others = byObject.get(id);
    if (others) others.push(read);
    else byObject.set(id, [read]);
  }
  return [...byObject.values()].map((ofObject) => effectOf(ofObject, rules));
}

function effectOf(reads: readonly ReadsOfDay[], { keepDays, excluding, review }: ReadRules): Effects[number] {
  const { bucket = "", key = "" } = reads[0] ?? {};
  const ref = { bucket, key };
  return {
    ref,
    apply: (known) => {
      const state = known ?? unknownObject(ref);
      const counted = reads.filter(
        // Rules speak of an instant: that of the day's last read stands for all.
        ({ principal, lastMs }) =>
          principal === null || !isExcludedRead(excluding, known, { ref, principal, atMs: lastMs }),
      );
      if (counted.length === 0) return state;
      const access = counted.reduce((stats, day) => recordDay(stats, day, keepDays), state.access);
      const after = { ...state, access };
      return { ...after, reviewMs: reviewAfterReads(after, review) };
    },
  };
}
