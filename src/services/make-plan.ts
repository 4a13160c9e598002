/** Lists, decides and prices: the exact moves a later apply will make. Changes nothing in the store. */
import { createHash } from "node:crypto";
import { readOnceMicros } from "../core/pricing/bill.ts";
import { type DecideContext, type Decision, decide } from "../core/decide.ts";
import { createdMsOf, knownHold } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import type { PriceBook } from "../core/pricing/price-book.ts";
import type { ObjectView } from "../core/strategy.ts";
import { type BucketEffects, NEVER_MS, type PlanHeader, PlanTally, type PlannedMove } from "../core/plan.ts";
import { refusalCause } from "../core/refusal-cause.ts";
import { SavingTally } from "../core/pricing/saving-tally.ts";
import { MS_PER_DAY } from "../core/units.ts";
import { noteInputs } from "./audit/note-inputs.ts";
import type { Context, Progress } from "./context.ts";
import { decideContext } from "./decide-context.ts";
import { busyKeys } from "./moving/busy-keys.ts";
import { planAudit } from "./audit/plan-audit.ts";
import { type ScannedObject, scanBucket } from "./scan-bucket.ts";

export interface MakePlanInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly progress?: Progress;
}

/** @throws AstraError ASTRA_STORE_*, ASTRA_STATE_* */
export async function makePlan({ ctx, input }: { ctx: Context; input: MakePlanInput }): Promise<PlanHeader> {
  requirePermission(ctx.actor, "plan.write");
  await noteInputs({ ctx });
  const id = ctx.random.id();
  const draft = new PlanDraft(ctx, input, {
    busy: await busyKeys(ctx, input.bucket),
    deciding: await decideContext(ctx, input.bucket),
    effects: await bucketEffects(ctx, input.bucket),
  });
  return ctx.state.putPlan(id, draft.pages(), () => draft.header(id), planAudit(ctx, "plan.make"));
}

async function bucketEffects(ctx: Context, bucket: string): Promise<BucketEffects> {
  const { notifications, replication, versioning, lifecycleRuleIds } = await (
    await ctx.stores.open(bucket)
  ).bucketInfo();
  const isDropped = versioning === "enabled" && ctx.config.engine.drop_own_noncurrent;
  const versions = versioning === "off" ? "none" : isDropped ? "dropped" : "kept";
  return { notifications, replication, versions, lifecycleRuleIds };
}

interface DraftTerms {
  readonly busy: ReadonlySet<string>;
  readonly deciding: DecideContext;
  readonly effects: BucketEffects;
}

class PlanDraft {
  readonly #ctx: Context;
  readonly #input: MakePlanInput;
  readonly #busy: ReadonlySet<string>;
  readonly #decide: DecideContext;
  readonly #effects: BucketEffects;
  readonly #tally: PlanTally;
  readonly #saving: SavingTally;
  readonly #hash = createHash("sha256");

  constructor(ctx: Context, input: MakePlanInput, { busy, deciding, effects }: DraftTerms) {
    this.#ctx = ctx;
    this.#input = input;
    this.#busy = busy;
    this.#decide = deciding;
    this.#effects = effects;
    this.#tally = new PlanTally(deciding.guards.maxPaybackDays);
    this.#saving = new SavingTally(deciding.prices);
  }

  async *pages(): AsyncIterable<readonly PlannedMove[]> {
    let seen = 0;
    for await (const page of scanBucket(this.#ctx, this.#input.bucket, this.#input.prefix)) {
      const nowMs = this.#ctx.clock.now();
      const moves: PlannedMove[] = [];
      for (const object of page) {
        const move = this.#one(object, nowMs);
        if (move) moves.push(move);
      }
      seen += page.length;
      this.#input.progress?.(seen, null, "objects");
      if (moves.length > 0) yield moves;
    }
  }

  header(id: string): PlanHeader {
    const createdMs = this.#ctx.clock.now();
    const head = {
      id,
      bucket: this.#input.bucket,
      createdMs,
      strategy: this.#decide.strategy.name,
      priceBook: this.#ctx.prices.version,
      totals: { ...this.#tally.totals(), saving: this.#saving.interval(createdMs) },
      effects: this.#effects,
    };
    return { ...head, hash: this.#hash.copy().update(JSON.stringify(head)).digest("hex") };
  }

  #one(object: ScannedObject, nowMs: number): PlannedMove | null {
    const { view, state } = object;
    this.#tally.seen(view.storageClass, view.sizeBytes);
    this.#saving.seen(view);
    if (this.#busy.has(view.key)) {
      const nothing = { savingMicrosPerMonth: 0, feeMicros: 0 };
      this.#tally.refused({ refusal: "restore_in_progress", sizeBytes: view.sizeBytes, ...nothing });
      return null;
    }
    const decision = decide(view, knownHold(state?.hold, nowMs), this.#decide);
    if (decision.kind === "stay") this.#tally.stays();
    if (decision.kind === "refuse") this.#refused(decision, view);
    if (decision.kind !== "move") return null;
    const move = plannedMove(this.#input.bucket, object, decision, nowMs, this.#ctx.prices);
    this.#tally.moves(move);
    this.#saving.moves(move, view);
    this.#hash.update(JSON.stringify(move));
    return move;
  }

  #refused({ refusal, proposal, sums, detail }: Decision & { kind: "refuse" }, view: ObjectView): void {
    const to = proposal?.storageClass ?? null;
    this.#tally.refused({
      refusal,
      sizeBytes: view.sizeBytes,
      savingMicrosPerMonth: sums?.savingMicrosPerMonth ?? 0,
      feeMicros: sums?.fee.totalMicros ?? 0,
      to,
      detail: refusal === "class_not_managed" ? view.storageClass : detail,
      cause: to === null ? null : refusalCause(refusal, sums, { to, sizeBytes: view.sizeBytes }, this.#decide.prices),
    });
  }
}

function plannedMove(
  bucket: string,
  { stored, state }: ScannedObject,
  { proposal, sums, policy }: Decision & { kind: "move" },
  nowMs: number,
  prices: PriceBook,
): PlannedMove {
  const readOnce = readOnceMicros(prices, proposal.storageClass, stored.sizeBytes);
  return {
    bucket,
    key: stored.key,
    sizeBytes: stored.sizeBytes,
    etag: stored.etag,
    from: stored.storageClass,
    to: proposal.storageClass,
    toTier: proposal.tier,
    mechanism: sums.way.mechanism,
    rule: proposal.rule,
    why: proposal.why,
    createdMs: createdMsOf(stored, state),
    feeMicros: sums.fee.totalMicros,
    savingMicrosPerMonth: sums.savingMicrosPerMonth,
    breakEvenMs: sums.paybackDays === null ? NEVER_MS : nowMs + sums.paybackDays * MS_PER_DAY,
    worstCaseMicros: readOnce === null ? null : sums.fee.totalMicros + readOnce,
    policy: policy.orderedBy ?? policy.rules[0] ?? null,
    orderedByPolicy: policy.orderedBy !== null,
    ...(sums.way.restore && { restore: sums.way.restore }),
  };
}
