/** What a run heeds before every effect: the kill switch, its operator, the window, the error rate, the rates, its lease. */
import { type StopReason, stopAdvice } from "../../core/brakes.ts";
import { admitted } from "../../core/budget.ts";
import { ErrorWindow } from "../../core/error-window.ts";
import { AstraError } from "../../core/errors.ts";
import { isOpen, maintenanceWindows, nextOpening } from "../../core/maintenance-window.ts";
import { NO_SPEND, type Spend, dayScope, runScope, spendOf } from "../../core/spend.ts";
import type { TransitionState } from "../../core/transition.ts";
import type { JournalEntry } from "../../ports/state-store.ts";
import { capsOf } from "../budgets.ts";
import type { Context } from "../context.ts";
import type { BucketLease } from "./bucket-lease.ts";
import { MovePace } from "./move-pace.ts";

/** Orders are read again after this: every worker sees the kill switch within a second. */
const READ_EVERY_MS = 250;

/** Thrown before an effect that is not to be begun: the object's line is deferred. */
export class MoveHeld extends Error {
  override readonly name = "MoveHeld";
}

export class RunGuard {
  readonly #ctx: Context;
  readonly #runId: string;
  readonly #lease: BucketLease;
  readonly #errors: ErrorWindow;
  readonly #pace: MovePace;
  readonly #windows: ReturnType<typeof maintenanceWindows>;
  #readMs = -Infinity;
  #reading: Promise<void> | null = null;
  #stop: { readonly reason: StopReason; readonly why: string } | null = null;

  constructor(ctx: Context, runId: string, lease: BucketLease) {
    const { windows, timezone, error_rate_percent } = ctx.config.brakes;
    this.#ctx = ctx;
    this.#runId = runId;
    this.#lease = lease;
    this.#errors = new ErrorWindow(error_rate_percent);
    this.#pace = new MovePace(ctx);
    this.#windows = maintenanceWindows(windows, timezone);
  }

  /** Why the run stops, with a sentence; `null` while it goes on. */
  get stopped(): { readonly reason: StopReason; readonly why: string } | null {
    return this.#stop;
  }

  /** Nothing new is begun from here on. The first reason stays. */
  stop(reason: StopReason, why: string = stopAdvice(reason).text): void {
    this.#stop ??= { reason, why };
  }

  /** Whether anything new may be begun; waits while the run is paused. @throws AstraError where the lease is lost */
  async isGoing(): Promise<boolean> {
    const nowMs = this.#ctx.clock.now();
    if (this.#lease.mustRenew(nowMs)) await this.#lease.keep();
    const isFresh = nowMs - this.#readMs < READ_EVERY_MS && nowMs >= this.#readMs;
    if (!isFresh || this.#reading) await (this.#reading ??= this.#read().finally(() => (this.#reading = null)));
    return this.#stop === null && !this.#ctx.signal.aborted;
  }

  /** To be awaited right before an effect. @throws MoveHeld */
  async mayGoOn(): Promise<void> {
    if (!(await this.isGoing())) throw new MoveHeld(this.#stop?.why ?? "the process ends");
  }

  /** Waits for the pace that is set for the bucket and the key's prefix: before the object is looked at, not after. */
  paced(key: string): Promise<void> {
    return this.#pace.ofMove(key);
  }

  /** As {@link mayGoOn}, at the pace at which the provider takes restores. */
  async mayRestore(): Promise<void> {
    await this.#pace.ofRestore();
    await this.mayGoOn();
  }

  /**
   * Reserves the fee of a line once more, for an effect that is paid for again, and writes the line with it.
   * @returns `false` where a cap of the run will never allow it
   * @throws MoveHeld where the day's cap does not allow it today
   */
  async reserveAgain(entry: JournalEntry): Promise<boolean> {
    const { state, config, clock } = this.#ctx;
    const spends = [{ ...spendOf(entry.move), objects: 0, bytes: 0 }];
    let refusedBy: StopReason | null = null;
    const admit = ([run = NO_SPEND, day = NO_SPEND]: readonly Spend[]): number => {
      const admission = admitted(spends, { run, day }, capsOf(config));
      refusedBy = admission.stopReason;
      return admission.count;
    };
    const scopes = [runScope(this.#runId), dayScope(clock.now())];
    const count = await state.beginMoves({ lease: this.#lease.current(), entries: [entry], spends, scopes, admit });
    if (count === 1) return true;
    if (refusedBy !== "fee_per_day") return false;
    throw new MoveHeld("the day's cap would be passed");
  }

  /** Counts a move that ended, for the error rate. */
  ended(state: TransitionState): void {
    if (state !== "done" && state !== "failed") return;
    this.#errors.add(state === "failed");
    if (!this.#errors.isOverLimit()) return;
    const { failed, size } = this.#errors;
    this.stop("error_rate", `${failed} of the last ${size} moves failed`);
  }

  /**
   * Before a run begins or is taken up. @param isSettling what an operator stopped is only looked after
   * @throws AstraError ASTRA_BRAKE_ON, ASTRA_WINDOW_CLOSED, ASTRA_RUN_STOPPED (an operator stopped it)
   */
  async refuseToBegin(isSettling = false): Promise<void> {
    const ctx = this.#ctx;
    const { brake, run } = await ctx.state.orders(this.#runId);
    if (brake?.isOn) {
      const why = brake.why === null ? "" : `: ${brake.why}`;
      const since = new Date(brake.atMs).toISOString();
      throw new AstraError("ASTRA_BRAKE_ON", `${brake.actor} put the brake on at ${since}${why}`);
    }
    if (run === "stop" && !isSettling) {
      throw new AstraError("ASTRA_RUN_STOPPED", `the run ${this.#runId} was stopped by an operator`, {
        fix: `\`astra runs resume ${this.#runId}\` lets it go on; or make a new plan.`,
      });
    }
    const nowMs = ctx.clock.now();
    if (isOpen(this.#windows, nowMs)) return;
    const opening = new Date(nextOpening(this.#windows, nowMs)).toISOString();
    throw new AstraError("ASTRA_WINDOW_CLOSED", `no maintenance window is open; the next one opens at ${opening}`);
  }

  async #read(): Promise<void> {
    const { state, clock, signal } = this.#ctx;
    for (;;) {
      const { brake, run } = await state.orders(this.#runId);
      this.#readMs = clock.now();
      if (brake?.isOn) this.stop("brake");
      if (run === "stop") this.stop("operator");
      if (!isOpen(this.#windows, this.#readMs)) this.stop("window");
      if (run !== "pause" || this.#stop || signal.aborted) return;
      await clock.sleep(READ_EVERY_MS, signal);
      await this.#lease.keep();
    }
  }
}
