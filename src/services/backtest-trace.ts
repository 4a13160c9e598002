/** Replays a trace under several policies and sets each beside the clairvoyant optimum. */
import { type ReplayedPolicy, replayPolicies, splitOf } from "../core/backtest/backtest.ts";
import {
  BACKTEST_POLICIES,
  type BacktestPolicyName,
  backtestPolicy,
  type PolicyMaterial,
} from "../core/backtest/backtest-policies.ts";
import { type BacktestFigures, backtestFigures } from "../core/backtest/backtest-report.ts";
import { classesOf, type Setting } from "../core/backtest/backtest-setting.ts";
import type { DueSteps } from "../core/backtest/challengers/age-rules.ts";
import { holdsOvernight } from "../core/backtest/class-path.ts";
import { costCurve, curveDays } from "../core/backtest/cost-curve.ts";
import type { Mover } from "../core/backtest/daily-tariff.ts";
import { AstraError } from "../core/errors.ts";
import type { Steps } from "../core/backtest/object-policy.ts";
import { requirePermission } from "../core/permission.ts";
import type { Trace } from "../core/trace/trace.ts";
import type { TraceFiles, WrittenBatch, WrittenColumn } from "../ports/trace-files.ts";
import type { Context, Progress } from "./context.ts";
import { refuseInterrupted } from "./interruption.ts";
import { observeOptions } from "./observe-options.ts";

/** Points of a cost curve. */
const CURVE_POINTS = 60;
/** Rows of a batch of changes. */
const PATH_ROWS = 65_536;

export interface BacktestInput {
  readonly trace: Trace;
  readonly setting: Setting;
  readonly mover: Mover;
  /** `null`: all that the provider and the setting have. */
  readonly policies: readonly BacktestPolicyName[] | null;
  /** The user's own lifecycle rules instead of the usual ones. */
  readonly lifecycle: DueSteps | null;
  /** Where to write every change of class to. */
  readonly paths?: { readonly files: Pick<TraceFiles, "writeTable">; readonly path: string };
  /** Cost curves are wanted: a second pass over the trace. */
  readonly isDrawn?: boolean;
  readonly progress?: Progress;
}

/** Dollars spent before each day, one entry a day of `days`. */
export interface CostCurves {
  /** Counted from the trace's day 0. */
  readonly days: readonly number[];
  readonly byPolicy: readonly { readonly policy: string; readonly spent: readonly number[] }[];
}

/** What of the context a backtest needs: no log, no state, no store. */
export type BacktestContext = Pick<Context, "actor" | "config" | "prices" | "signal">;

export interface BacktestReport extends BacktestFigures {
  readonly setting: Setting;
  readonly classes: readonly string[];
  /** Classes left out because the book does not know a price of theirs. */
  readonly unpricedClasses: readonly string[];
  readonly priceBook: string;
  readonly mover: Mover;
  /** `null` unless asked for. */
  readonly curves: CostCurves | null;
}

/** @throws AstraError ASTRA_TRACE_INVALID where no day can be charged, ASTRA_USAGE_INVALID, ASTRA_FILE_UNWRITABLE */
export async function backtestTrace({
  ctx,
  input,
}: {
  ctx: BacktestContext;
  input: BacktestInput;
}): Promise<BacktestReport> {
  requirePermission(ctx.actor, "object.read");
  if (!isAnythingCharged(input.trace)) throw nothingToCharge();
  const material = materialOf(ctx, input);
  const policies = chosen(input, material);
  const { paths } = input;
  let replayed: readonly ReplayedPolicy[] = [];
  const replay = async (): Promise<readonly ReplayedPolicy[]> => {
    const keepsPaths = paths !== undefined || (input.isDrawn ?? false);
    const steps = replayPolicies({ trace: input.trace, material, policies, keepsPaths });
    return (replayed = await withPauses(steps, ctx, input));
  };
  // The file is opened before the work is begun: a path that can't be written is told at once.
  if (paths) await paths.files.writeTable(paths.path, pathColumns(input.trace), pathBatches(replay, new Set(policies)));
  else await replay();
  const { classes, unpriced } = classesOf(ctx.prices, input.setting);
  return {
    ...backtestFigures(replayed, new Set(policies)),
    setting: input.setting,
    classes: classes.names,
    unpricedClasses: unpriced,
    priceBook: ctx.prices.version,
    mover: input.mover,
    curves: input.isDrawn ? curvesOf(replayed, new Set(policies)) : null,
  };
}

/** Between steps there is time for a signal and for the progress to be shown. */
async function withPauses<Result>(steps: Steps<Result>, ctx: BacktestContext, input: BacktestInput): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    input.progress?.(step.value, input.trace.objects, "objects");
    await new Promise((resolve) => setImmediate(resolve));
    refuseInterrupted(ctx.signal);
  }
}

/** Where nothing costs anything, there is nothing to compare. */
function isAnythingCharged(trace: Trace): boolean {
  const { splitDay } = splitOf(trace);
  return trace.sizeBytes.some((sizeBytes, object) => sizeBytes > 0 && (trace.endDay[object] ?? 0) >= splitDay);
}

function nothingToCharge(): AstraError {
  const message = "no object with a size lives on a day of the second half, which is the half that is charged";
  return new AstraError("ASTRA_TRACE_INVALID", message, {
    fix: "Give a trace whose objects have sizes and outlive its first half.",
  });
}

function materialOf(ctx: BacktestContext, { setting, lifecycle, mover }: BacktestInput): PolicyMaterial {
  const {
    classes,
    window_days: window,
    max_payback_days: maxPaybackDays,
    horizon_days: horizonDays,
  } = ctx.config.engine;
  const { keepDays } = observeOptions(ctx.config);
  const guards = { maxPaybackDays };
  return { book: ctx.prices, setting, mover, guards, tierClasses: classes, window, keepDays, horizonDays, lifecycle };
}

function chosen(input: BacktestInput, material: PolicyMaterial): readonly BacktestPolicyName[] {
  const has = (name: BacktestPolicyName): boolean => backtestPolicy(name, material) !== null;
  if (input.policies === null) return BACKTEST_POLICIES.filter(has);
  const absent = input.policies.find((name) => !has(name));
  if (absent === undefined) return input.policies;
  const { version } = material.book;
  throw new AstraError(
    "ASTRA_USAGE_INVALID",
    `there is no ${absent} in the setting ${input.setting} with the price book ${version}`,
    {
      where: "--policies",
      fix: `Choose among ${BACKTEST_POLICIES.filter(has).join(", ")}.`,
    },
  );
}

/** One row for every class an object was in at the end of a day on which that changed, its first charged day included. */
function pathColumns({ id }: Trace): readonly WrittenColumn[] {
  return [
    { name: "policy", kind: "text" },
    { name: "object_id", kind: id.every((value) => typeof value === "number") ? "integer" : "text" },
    { name: "day", kind: "integer", isShort: true },
    { name: "class", kind: "text" },
  ];
}

async function* pathBatches(
  replay: () => Promise<readonly ReplayedPolicy[]>,
  shown: ReadonlySet<string>,
): AsyncGenerator<WrittenBatch> {
  for (const each of await replay()) if (shown.has(each.policy)) yield* batchesOf(each);
}

function* batchesOf({ policy, input: { trace }, classes, path }: ReplayedPolicy): Generator<WrittenBatch> {
  if (!path) return;
  const sorted = path.byObject(trace.objects);
  const isNumeric = trace.id.every((value) => typeof value === "number");
  let ids: (number | string)[] = [];
  let days: number[] = [];
  let names: string[] = [];
  const take = (): WrittenBatch => {
    const objectId = isNumeric ? ids.map(Number) : ids.map(String);
    const batch = { policy: ids.map(() => policy), object_id: objectId, day: days, class: names };
    [ids, days, names] = [[], [], []];
    return batch;
  };
  for (let object = 0; object < trace.objects; object += 1) {
    for (let index = sorted.start[object] ?? 0; index < (sorted.start[object + 1] ?? 0); index += 1) {
      if (!holdsOvernight(sorted, object, index)) continue;
      ids.push(trace.id[object] ?? object);
      days.push(trace.originDay + (sorted.day[index] ?? 0));
      names.push(classes.names[sorted.storageClass[index] ?? 0] ?? "");
    }
    if (ids.length >= PATH_ROWS) yield take();
  }
  if (ids.length > 0) yield take();
}

function curvesOf(replayed: readonly ReplayedPolicy[], shown: ReadonlySet<string>): CostCurves {
  const first = replayed[0];
  const days = first ? curveDays(first.input, CURVE_POINTS) : [];
  const byPolicy = replayed.flatMap(({ policy, input, path, result }) => {
    if (!path || !shown.has(policy)) return [];
    return [{ policy, spent: [...costCurve(input, path.byObject(result.costs.length), days)] }];
  });
  return { days, byPolicy };
}
