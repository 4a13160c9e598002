/**
 * Decides the objects whose review has come, and no others: what the store holds is not listed, what is not due is not read.
 * Moves become a plan like any other; the rest learn when to be looked at again. Where rules, prices or limits changed, the
 * whole bucket is decided instead.
 */
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import { startOfNextDay } from "../../core/review-time.ts";
import type { DueObject } from "../../ports/state-store.ts";
import { noteInputs } from "../audit/note-inputs.ts";
import { planAudit } from "../audit/plan-audit.ts";
import type { Context } from "../context.ts";
import { type MakePlanInput, makePlan } from "../make-plan.ts";
import { windowDaysOf } from "../observe-options.ts";
import { ObjectDecisions } from "../planning/object-decisions.ts";
import { PlanHash } from "../planning/plan-hash.ts";
import { type PlanTerms, planTerms } from "../planning/plan-terms.ts";
import { whyDecideAll } from "./due-inputs.ts";
import { type ReviewTerms, reviewObject } from "./review-object.ts";

export interface PlanDueResult {
  readonly plan: PlanHeader;
  /** Why the whole bucket was decided; `null` where only what was due. */
  readonly wholeBecause: string | null;
  readonly reviewed: number;
  /** Due objects of which too little is known; the next listing or inventory decides them. */
  readonly leftToScan: number;
}

const PAGE = 1000;

/** @throws AstraError ASTRA_STORE_*, ASTRA_STATE_*, ASTRA_POLICY_INVALID */
export async function planDue({ ctx, input }: { ctx: Context; input: MakePlanInput }): Promise<PlanDueResult> {
  requirePermission(ctx.actor, "plan.write");
  await noteInputs({ ctx });
  const wholeBecause = await whyDecideAll(ctx, input.bucket);
  if (wholeBecause !== null) {
    ctx.logger.info({ bucket: input.bucket, because: wholeBecause }, "the whole bucket is decided anew");
    return { plan: await makePlan({ ctx, input }), wholeBecause, reviewed: 0, leftToScan: 0 };
  }
  const draft = new DueDraft(ctx, input, await planTerms(ctx, input.bucket));
  const id = ctx.random.id();
  const plan = await ctx.state.putPlan(id, draft.pages(), () => draft.header(id), planAudit(ctx, "plan.due"));
  await putOffPlanned(ctx, plan, draft.nowMs);
  return { plan, wholeBecause, reviewed: draft.reviewed, leftToScan: draft.leftToScan };
}

class DueDraft {
  readonly nowMs: number;
  reviewed = 0;
  leftToScan = 0;
  readonly #ctx: Context;
  readonly #input: MakePlanInput;
  readonly #terms: ReviewTerms;
  readonly #hash = new PlanHash();

  constructor(ctx: Context, input: MakePlanInput, terms: PlanTerms) {
    this.nowMs = ctx.clock.now();
    this.#ctx = ctx;
    this.#input = input;
    const decisions = new ObjectDecisions({ bucket: input.bucket, ...terms });
    this.#terms = { terms, decisions, nowMs: this.nowMs, windowDays: windowDaysOf(ctx.config) };
  }

  async *pages(): AsyncGenerator<readonly PlannedMove[]> {
    const { bucket, prefix = "", progress } = this.#input;
    let after: DueObject | undefined;
    for (;;) {
      const page = await this.#ctx.state.objectsDue(bucket, this.nowMs, PAGE, after);
      after = page.at(-1);
      if (!after || this.#ctx.signal.aborted) return;
      const moves: PlannedMove[] = [];
      const reviews: { ref: DueObject & { bucket: string }; from: number | null; to: number | null }[] = [];
      for (const state of page.filter(({ key }) => key.startsWith(prefix))) {
        const reviewed = reviewObject(state, this.#terms);
        if (!reviewed) this.leftToScan += 1;
        else this.reviewed += 1;
        if (reviewed?.move) {
          this.#hash.add(reviewed.move);
          moves.push(reviewed.move);
        } else reviews.push({ ref: state, from: state.reviewMs, to: reviewed?.nextMs ?? null });
      }
      await this.#ctx.state.setReviews(reviews);
      progress?.(this.reviewed + this.leftToScan, null, "objects due");
      if (moves.length > 0) yield moves;
    }
  }

  header(id: string): PlanHeader {
    const { terms, decisions } = this.#terms;
    const createdMs = this.#ctx.clock.now();
    return this.#hash.signed({
      id,
      bucket: this.#input.bucket,
      createdMs,
      strategy: terms.deciding.strategy.name,
      priceBook: this.#ctx.prices.version,
      totals: decisions.totals(createdMs),
      effects: terms.effects,
    });
  }
}

/** Only once the plan stands: a crash before leaves its objects due. */
async function putOffPlanned(ctx: Context, plan: PlanHeader, nowMs: number): Promise<void> {
  const to = startOfNextDay(nowMs);
  for await (const page of ctx.state.plannedMoves(plan.id)) {
    const states = await Promise.all(page.map(({ move }) => ctx.state.object(move)));
    await ctx.state.setReviews(
      states.flatMap((state) =>
        state?.reviewMs === undefined || state.reviewMs === null || state.reviewMs > nowMs
          ? []
          : [{ ref: state, from: state.reviewMs, to }],
      ),
    );
  }
}
