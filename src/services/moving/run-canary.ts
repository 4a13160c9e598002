/** The first slice of a run: when all of it has ended, it is judged, and the rest follows only where it was clean. */
import { type CanaryMove, canarySize, judgeCanary } from "../../core/canary.ts";
import type { PlannedMove } from "../../core/plan.ts";
import type { TransitionState } from "../../core/transition.ts";
import type { Context } from "../context.ts";

export class RunCanary {
  readonly #ctx: Context;
  readonly #size: number;
  #slice: CanaryMove[] = [];
  #isJudged = false;

  constructor(ctx: Context, moves: number) {
    const { enabled, percent, at_least: atLeast } = ctx.config.brakes.canary;
    this.#ctx = ctx;
    const size = enabled ? canarySize(moves, { percent, atLeast }) : 0;
    // A slice that is the whole plan leaves nothing to keep from following.
    this.#size = size < moves ? size : 0;
  }

  /** Moves still to end before the judgement; 0 once it is made, or where there is none. */
  get left(): number {
    return this.#isJudged ? 0 : Math.max(0, this.#size - this.#slice.length);
  }

  async add(move: PlannedMove, state: TransitionState, reason: string | null): Promise<void> {
    if (this.left === 0) return;
    const known = await this.#ctx.state.object(move);
    const lastAccessMs = known?.access.lastAccessMs ?? null;
    this.#slice.push({ move, state: canaryState(state), reason, lastAccessMs });
  }

  /** Once, when the slice has ended. @returns why the rest must not follow, or `null`. */
  verdict(): string | null {
    if (this.#isJudged || this.#size === 0 || this.left > 0) return null;
    this.#isJudged = true;
    const { brakes, engine } = this.#ctx.config;
    const { isClean, why } = judgeCanary(this.#slice, this.#ctx.prices, {
      paybackDays: engine.max_payback_days,
      acceptLoss: brakes.canary.accept_loss,
      nowMs: this.#ctx.clock.now(),
    });
    this.#slice = [];
    return isClean ? null : why;
  }
}

function canaryState(state: TransitionState): CanaryMove["state"] {
  if (state === "done" || state === "undone") return "done";
  if (state === "failed" || state === "skipped") return state;
  return "waiting";
}
