/** What other policies would change of today's decisions, in money. Moves nothing, writes nothing. */
import { type DecideContext, type Decision, decide } from "../core/decide.ts";
import { knownHold } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import type { MoveGroup } from "../core/plan.ts";
import { NO_MOVES, plus } from "../core/plan-breakdown.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import type { Context, Progress } from "./context.ts";
import { bucketTerms, decideBy } from "./decide-context.ts";
import { type ScannedObject, scanBucket } from "./scan-bucket.ts";

export interface PreviewPoliciesInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly present: readonly PolicyRule[];
  readonly proposed: readonly PolicyRule[];
  readonly progress?: Progress;
}

/** An object that would be decided otherwise. */
export interface PreviewExample {
  readonly key: string;
  readonly sizeBytes: number;
  readonly from: string;
  /** Where the present policies leave or put it, and where the proposed ones. */
  readonly present: string;
  readonly proposed: string;
  readonly rule: string | null;
}

/** Differences that one rule makes; fees and savings are those of the proposed policies less those of the present ones. */
export interface PreviewRule {
  /** The rule that decides by the proposed policies, else by the present ones; `null` where it is the strategy's word. */
  readonly rule: string | null;
  readonly objects: number;
  readonly bytes: number;
  readonly feeMicros: number;
  readonly savingMicrosPerMonth: number;
}

export interface PolicyPreview {
  readonly bucket: string;
  readonly objectsSeen: number;
  readonly present: MoveGroup;
  readonly proposed: MoveGroup;
  readonly rules: readonly PreviewRule[];
  /** The first ones. */
  readonly examples: readonly PreviewExample[];
}

const SHOWN_EXAMPLES = 10;

/** @throws AstraError ASTRA_STORE_*, ASTRA_STATE_*, ASTRA_POLICY_INVALID */
export async function previewPolicies({
  ctx,
  input,
}: {
  ctx: Context;
  input: PreviewPoliciesInput;
}): Promise<PolicyPreview> {
  requirePermission(ctx.actor, "object.read");
  const terms = await bucketTerms(ctx, input.bucket, [...input.present, ...input.proposed]);
  const tally = new PreviewTally(decideBy(ctx, input.present, terms), decideBy(ctx, input.proposed, terms));
  for await (const page of scanBucket(ctx, input.bucket, input.prefix)) {
    const nowMs = ctx.clock.now();
    for (const object of page) tally.add(object, nowMs);
    input.progress?.(tally.seen, null, "objects");
  }
  return tally.result(input.bucket);
}

class PreviewTally {
  seen = 0;
  readonly #by: readonly [DecideContext, DecideContext];
  readonly #rules = new Map<string | null, PreviewRule>();
  readonly #examples: PreviewExample[] = [];
  #present = NO_MOVES;
  #proposed = NO_MOVES;

  constructor(present: DecideContext, proposed: DecideContext) {
    this.#by = [present, proposed];
  }

  add({ view, state }: ScannedObject, nowMs: number): void {
    this.seen += 1;
    const hold = knownHold(state?.hold, nowMs);
    const [now, then] = [decide(view, hold, this.#by[0]), decide(view, hold, this.#by[1])];
    const [a, b] = [groupOf(now, view.sizeBytes), groupOf(then, view.sizeBytes)];
    this.#present = plus(this.#present, a);
    this.#proposed = plus(this.#proposed, b);
    const [present, proposed] = [classAfter(now, view.storageClass), classAfter(then, view.storageClass)];
    if (present === proposed) return;
    const rule = ruleOf(then) ?? ruleOf(now);
    const so = this.#rules.get(rule) ?? { rule, objects: 0, bytes: 0, feeMicros: 0, savingMicrosPerMonth: 0 };
    this.#rules.set(rule, {
      rule,
      objects: so.objects + 1,
      bytes: so.bytes + view.sizeBytes,
      feeMicros: so.feeMicros + b.feeMicros - a.feeMicros,
      savingMicrosPerMonth: so.savingMicrosPerMonth + b.savingMicrosPerMonth - a.savingMicrosPerMonth,
    });
    const { key, sizeBytes, storageClass: from } = view;
    if (this.#examples.length < SHOWN_EXAMPLES) this.#examples.push({ key, sizeBytes, from, present, proposed, rule });
  }

  result(bucket: string): PolicyPreview {
    return {
      bucket,
      objectsSeen: this.seen,
      present: this.#present,
      proposed: this.#proposed,
      rules: [...this.#rules.values()],
      examples: this.#examples,
    };
  }
}

function ruleOf({ policy }: Decision): string | null {
  return policy.orderedBy ?? policy.rules[0] ?? null;
}

function classAfter(decision: Decision, present: string): string {
  return decision.kind === "move" ? decision.proposal.storageClass : present;
}

function groupOf(decision: Decision, bytes: number): MoveGroup {
  if (decision.kind !== "move") return NO_MOVES;
  const { fee, savingMicrosPerMonth } = decision.sums;
  return { moves: 1, bytes, feeMicros: fee.totalMicros, savingMicrosPerMonth };
}
