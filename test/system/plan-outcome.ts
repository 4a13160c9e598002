/** What a plan promised of a seeded history, and what the ledger says came of it. */
import type { Bill } from "../../src/core/pricing/ledger.ts";
import type { PlanHeader } from "../../src/core/plan.ts";
import type { SavingInterval } from "../../src/core/pricing/saving-interval.ts";
import { MS_PER_DAY, MS_PER_HOUR } from "../../src/core/units.ts";
import type { PriceBook } from "../../src/core/pricing/price-book.ts";
import type { Config } from "../../src/config/schema.ts";
import { applyPlan } from "../../src/services/moving/apply-plan.ts";
import { continueMoves } from "../../src/services/moving/continue-moves.ts";
import type { Context } from "../../src/services/context.ts";
import { makePlan } from "../../src/services/make-plan.ts";
import { HISTORY_BUCKET, type History, type Lived, deleteNoncurrent, liveHistory } from "./plan-history.ts";

export const HORIZON_DAYS = 90;
/** Nobody reads before this day after the plan, so that what is billed until then is the moves: two days of the slowest restore,
 * and the readable copies it leaves. */
const FIRST_READ_DAY = 5;

/** Bills by item: `put`, `storage`, `early-deletion` and so on, in micros. */
type Items = ReadonlyMap<string, number>;

interface Future {
  readonly plan: PlanHeader;
  /** Billed before the first read. */
  readonly first: Items;
  /** Billed over the whole horizon. */
  readonly whole: Items;
  readonly states: Readonly<Record<"done" | "failed" | "skipped", number>>;
}

/** `clean`: carried out, and every version that a copy left is deleted at once. */
type Course = "stay" | "carry-out" | "clean";

async function liveFuture(history: History, strategy: Config["engine"]["strategy"], course: Course): Promise<Future> {
  await using lived = await liveHistory(history, strategy);
  const { ctx, sandbox, nowMs } = lived;
  const plan = await makePlan({ ctx, input: { bucket: HISTORY_BUCKET } });
  const before = sandbox.bill();
  const states = await carryOut(lived, plan, course);
  sandbox.advanceTo(nowMs + FIRST_READ_DAY * MS_PER_DAY);
  const first = itemsBetween(before, sandbox.bill());
  lived.liveOn(FIRST_READ_DAY, HORIZON_DAYS);
  const whole = itemsBetween(before, sandbox.bill());
  return { plan, first, whole, states };
}

async function carryOut({ ctx, sandbox, s3, nowMs }: Lived, plan: PlanHeader, course: Course) {
  const states = { done: 0, failed: 0, skipped: 0 };
  if (course === "stay") return states;
  const run = await applyPlan({ ctx, input: { planId: plan.id } });
  for (const state of ["done", "failed", "skipped"] as const) states[state] += run[state];
  if (course === "clean") await deleteNoncurrent(s3);
  // Moves that wait for a restore are taken up as soon as it is there.
  for (const hours of restoreHours(ctx.prices)) {
    sandbox.advanceTo(nowMs + hours * MS_PER_HOUR);
    await tellRestored(ctx, hours);
    const continued = await continueMoves({ ctx, input: { bucket: HISTORY_BUCKET } });
    for (const state of ["done", "failed", "skipped"] as const) states[state] += continued[state];
    if (course === "clean") await deleteNoncurrent(s3);
  }
  return states;
}

/** The store's event for what takes so long to be restored: those lines are looked at, and no others. */
async function tellRestored(ctx: Context, hours: number): Promise<void> {
  for await (const page of ctx.state.openJournal(HISTORY_BUCKET)) {
    const there = page.filter(({ move }) => {
      const speed = move.restore?.speed;
      return speed !== undefined && ctx.prices.classes[move.from]?.restore?.[speed]?.hours === hours;
    });
    const refs = there.map(({ move }) => move);
    await ctx.state.restoresReady(refs, ctx.clock.now());
  }
}

/** How long restores of the classes take, ascending. */
function restoreHours(prices: PriceBook): readonly number[] {
  const hours = Object.values(prices.classes).flatMap(({ restore }) =>
    Object.values(restore ?? {}).map((speed) => speed.hours),
  );
  return [...new Set(hours)].toSorted((a, b) => a - b);
}

function itemsBetween(before: Bill, after: Bill): Items {
  const items = new Map<string, number>();
  for (const [line, micros] of Object.entries(after.lines)) {
    const item = line.split(" ")[1] ?? line;
    items.set(item, (items.get(item) ?? 0) + micros - (before.lines[line] ?? 0));
  }
  return items;
}

function difference(a: Items, b: Items, ...items: readonly string[]): number {
  return items.reduce((sum, item) => sum + (a.get(item) ?? 0) - (b.get(item) ?? 0), 0);
}

function total(items: Items): number {
  return [...items.values()].reduce((sum, micros) => sum + micros, 0);
}

export interface PlanOutcome {
  readonly states: Future["states"];
  readonly plan: PlanHeader;
  /** What the ledger charged for the moves, by line. */
  readonly billed: Readonly<Record<"takingOut" | "restoreCopies" | "earlyDeletion" | "noncurrent", number>>;
  readonly interval: SavingInterval;
  /** Ledger without the plan less ledger with it, over the horizon. */
  readonly savedMicros: number;
}

export async function planOutcome(history: History, strategy: Config["engine"]["strategy"]): Promise<PlanOutcome> {
  const moved = await liveFuture(history, strategy, "carry-out");
  const stayed = await liveFuture(history, strategy, "stay");
  const clean = history.versioned ? await liveFuture(history, strategy, "clean") : moved;
  const taking = ["put", "get", "retrieval", "restore-request", "restore-retrieval"];
  const interval = moved.plan.totals.saving;
  if (!interval) throw new Error("the plan states no interval");
  return {
    states: moved.states,
    plan: moved.plan,
    billed: {
      takingOut: difference(moved.first, stayed.first, ...taking),
      restoreCopies: difference(moved.first, stayed.first, "restore-copy"),
      earlyDeletion: difference(moved.whole, stayed.whole, "early-deletion"),
      noncurrent: difference(moved.whole, clean.whole, "storage"),
    },
    interval,
    savedMicros: total(stayed.whole) - total(moved.whole),
  };
}
