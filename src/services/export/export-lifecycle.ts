/** The regular part of a plan as lifecycle rules of a provider, and what such rules can't express. */
import { type AgeScope, matrixSteps, policyScopes } from "../../core/export/age-ladder.ts";
import { type NativeRefusal, nativeDocument } from "../../core/export/native-documents.ts";
import { type ExactRule, ScopeJudge } from "../../core/export/scope-judge.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import type { Provider } from "../../core/tier.ts";
import type { Context, Progress } from "../context.ts";
import { refuseInterrupted } from "../interruption.ts";
import { plannedMoves } from "../planning/planned-moves.ts";
import { planOfId } from "./plan-of-id.ts";

export interface ExportLifecycleInput {
  readonly planId: string;
  readonly provider: Provider;
  readonly progress?: Progress;
}

/** Why moves of the plan are in no rule. */
export type IrregularReason =
  | "reads"
  | "predicted"
  | "price"
  | "name"
  | "idle"
  | "policy"
  | "other_objects"
  | NativeRefusal;

/** Moves that no rule expresses, for one reason. */
export interface IrregularMoves {
  readonly reason: IrregularReason;
  readonly moves: number;
  readonly bytes: number;
}

export interface ExportedLifecycle {
  readonly plan: PlanHeader;
  readonly provider: Provider;
  /** Existing rules first, all of them; then ours. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly rules: readonly (ExactRule & {
    /** What the provider charges for the same transitions made by its own rules; `null` where a price is unknown. */
    readonly nativeFeeMicros: number | null;
  })[];
  readonly existingRules: number;
  readonly left: readonly IrregularMoves[];
}

/** Prefixes looked at: a bucket may have a million, and no provider takes more rules than this. */
const MOST_PREFIXES = 1000;
/** Depth of the prefixes looked at. */
const DEPTH = 2;

/** @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_STORE_* */
export async function exportLifecycle({
  ctx,
  input,
}: {
  ctx: Context;
  input: ExportLifecycleInput;
}): Promise<ExportedLifecycle> {
  requirePermission(ctx.actor, "object.read");
  const plan = await planOfId(ctx, input.planId);
  const store = await ctx.stores.open(plan.bucket);
  const judges = await judgesOf(ctx, plan);
  const nowMs = plan.createdMs;
  let seen = 0;
  for await (const page of store.list({ signal: ctx.signal })) {
    for (const object of page) for (const judge of judges.of(object.key)) judge.listed(object, nowMs);
    seen += page.length;
    input.progress?.(seen, null, "objects");
  }
  refuseInterrupted(ctx.signal);
  const exact = exactRules(judges.all);
  // Only S3's own rules can be read here; of others, the document holds ours alone.
  const existing = input.provider === "s3" && store.provider === "s3" ? await store.lifecycleRules() : [];
  const native = nativeDocument(input.provider, exact, { bucket: plan.bucket, prices: ctx.prices, existing });
  const left = await leftOver(ctx, plan, native.written, native.refused);
  const detail = { plan: plan.id, hash: plan.hash, kind: `lifecycle ${input.provider}`, rules: native.written.length };
  await ctx.state.audit({ atMs: ctx.clock.now(), actor: ctx.actor.name, action: "plan.export", detail });
  return {
    plan,
    provider: input.provider,
    document: native.document,
    rules: native.written.map((rule) => Object.assign({ nativeFeeMicros: nativeFee(ctx, rule) }, rule)),
    existingRules: existing.length,
    left,
  };
}

function nativeFee({ prices }: Context, { to, moves }: ExactRule): number | null {
  const price = prices.classes[to]?.transitionInto;
  return price ? (moves * price.amount * 1_000_000) / 1000 : null;
}

class Judges {
  readonly all: ScopeJudge[] = [];
  readonly #policies: ScopeJudge[] = [];
  readonly #prefixes = new Map<string, ScopeJudge>();

  constructor(policies: readonly ScopeJudge[]) {
    this.#policies.push(...policies);
    this.all.push(...policies);
  }

  add(prefix: string, judge: () => ScopeJudge): void {
    if (this.#prefixes.has(prefix) || this.#prefixes.size >= MOST_PREFIXES) return;
    const made = judge();
    this.#prefixes.set(prefix, made);
    this.all.push(made);
  }

  *of(key: string): Iterable<ScopeJudge> {
    yield* this.#policies;
    for (const prefix of prefixesOf(key)) {
      const judge = this.#prefixes.get(prefix);
      if (judge) yield judge;
    }
  }
}

/** The empty one, and the first segments. */
function prefixesOf(key: string): string[] {
  const prefixes = [""];
  for (let at = key.indexOf("/"); at >= 0 && prefixes.length <= DEPTH; at = key.indexOf("/", at + 1))
    prefixes.push(key.slice(0, at + 1));
  return prefixes;
}

/** Two passes over the plan: which prefixes there are, and what is planned under each. */
async function judgesOf(ctx: Context, plan: PlanHeader): Promise<Judges> {
  const steps = matrixSteps(ctx.config.engine.classes);
  const policies = ctx.policies.flatMap((rule) => policyScopes(rule, ctx.prices));
  const judges = new Judges(policies.map((scope) => new ScopeJudge(scope, ctx.prices)));
  const scopeOf = (prefix: string): AgeScope => ({
    source: "matrix",
    prefix,
    fromBytes: null,
    belowBytes: null,
    steps,
  });
  for await (const page of plannedMoves(ctx, plan)) {
    for (const { move } of page) {
      if (move.rule !== "matrix:age") continue;
      for (const prefix of prefixesOf(move.key)) judges.add(prefix, () => new ScopeJudge(scopeOf(prefix), ctx.prices));
    }
  }
  for await (const page of plannedMoves(ctx, plan)) {
    for (const { move } of page) for (const judge of judges.of(move.key)) judge.planned(move);
  }
  return judges;
}

/** The widest ones; what stands under another says nothing new. */
function exactRules(judges: readonly ScopeJudge[]): readonly ExactRule[] {
  const verdicts = judges.flatMap((judge) => judge.verdict() ?? []);
  const widest = verdicts.toSorted((a, b) => a.prefix.length - b.prefix.length);
  const kept: ExactRule[] = [];
  for (const rule of widest) {
    const isCovered = kept.some(
      ({ prefix, to, days, smallerThan }) =>
        rule.prefix.startsWith(prefix) && rule.to === to && rule.days === days && smallerThan === null,
    );
    if (!isCovered) kept.push(rule);
  }
  return kept;
}

async function leftOver(
  ctx: Context,
  plan: PlanHeader,
  written: readonly ExactRule[],
  refused: readonly { readonly rule: ExactRule; readonly why: NativeRefusal }[],
): Promise<readonly IrregularMoves[]> {
  const sums = new Map<IrregularReason, { moves: number; bytes: number }>();
  for await (const page of plannedMoves(ctx, plan)) {
    for (const { move } of page) {
      if (written.some((rule) => expresses(rule, move))) continue;
      const reason = refused.find(({ rule }) => expresses(rule, move))?.why ?? irregularity(ctx, move);
      const so = sums.get(reason) ?? { moves: 0, bytes: 0 };
      sums.set(reason, { moves: so.moves + 1, bytes: so.bytes + move.sizeBytes });
    }
  }
  return [...sums].map(([reason, { moves, bytes }]) => ({ reason, moves, bytes }));
}

function expresses({ prefix, to, smallerThan }: ExactRule, move: PlannedMove): boolean {
  return move.to === to && move.key.startsWith(prefix) && (smallerThan === null || move.sizeBytes < smallerThan);
}

/** What the plan's own words for the move tell of it. */
function irregularity(ctx: Context, { rule, policy, orderedByPolicy }: PlannedMove): IrregularReason {
  if (orderedByPolicy === true) {
    const { action } = ctx.policies.find(({ name }) => name === policy) ?? {};
    if (action?.kind !== "after") return "policy";
    return action.steps.every(({ since }) => since === "age") ? "other_objects" : "idle";
  }
  if (rule === "matrix:age") return "other_objects";
  if (rule.startsWith("matrix:name:")) return "name";
  if (rule === "cost") return "price";
  return rule.startsWith("predictive") ? "predicted" : "reads";
}
