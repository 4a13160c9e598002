/** Forecasts a bucket's spend, and keeps the forecast so that it can be compared with what comes true. */
import { type DecideContext, type KnownHold, decide } from "../core/decide.ts";
import { AstraError } from "../core/errors.ts";
import { type Forecast, makeForecast } from "../core/forecast/forecast.ts";
import { CohortFold, type FateOf } from "../core/forecast/forecast-cohorts.ts";
import { ForecastHistory } from "../core/forecast/forecast-history.ts";
import { forecastSteps } from "../core/forecast/forecast-path.ts";
import { knownHold } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import type { ObjectView } from "../core/strategy.ts";
import type { Context, Progress } from "./context.ts";
import { decideContext } from "./decide-context.ts";
import { refuseInterrupted } from "./interruption.ts";
import { windowDaysOf } from "./observe-options.ts";
import { scanBucket } from "./scan-bucket.ts";

export interface ForecastSpendInput {
  readonly bucket: string;
  readonly months: number;
  /** Chance that a month lies in its interval. */
  readonly interval: number;
  readonly seed: number;
  readonly progress?: Progress;
}

/** Draws of the bootstrap: tails of an 80 % interval rest on 50 draws each. */
const RESAMPLES = 500;

/** @throws AstraError ASTRA_OBJECT_MISSING (an empty bucket), ASTRA_STORE_*, ASTRA_STATE_* */
export async function forecastSpend({ ctx, input }: { ctx: Context; input: ForecastSpendInput }): Promise<Forecast> {
  requirePermission(ctx.actor, "state.write");
  const { bucket } = input;
  const deciding = await decideContext(ctx, bucket);
  const nowMs = ctx.clock.now();
  const fate = fateBy(deciding);
  const history = new ForecastHistory(nowMs, ctx.prices.baseClass, fate);
  const fold = new CohortFold(fate);
  let objects = 0;
  for await (const page of scanBucket(ctx, bucket)) {
    for (const { view, state } of page) {
      history.live(view);
      fold.add(view, knownHold(state?.hold, nowMs));
    }
    objects += page.length;
    input.progress?.(objects, null, "objects");
    refuseInterrupted(ctx.signal);
  }
  if (objects === 0) throw new AstraError("ASTRA_OBJECT_MISSING", "the bucket is empty", { where: `s3://${bucket}` });
  for await (const page of ctx.state.objects({ bucket, deleted: "only" })) {
    for (const { deletedMs, createdMs, sizeBytes } of page) {
      if (deletedMs !== null && sizeBytes !== null) history.deleted(deletedMs, createdMs, sizeBytes);
    }
  }
  const forecast = makeForecast({
    id: ctx.random.id(),
    bucket,
    createdMs: nowMs,
    steps: forecastSteps(nowMs, input.months),
    cohorts: fold.cohorts(),
    history,
    deciding,
    windowDays: windowDaysOf(ctx.config),
    interval: input.interval,
    resamples: RESAMPLES,
    seed: input.seed,
  });
  const detail = { forecast: forecast.id, bucket, months: input.months };
  await ctx.state.putForecast(forecast, { atMs: nowMs, actor: ctx.actor.name, action: "forecast.make", detail });
  return forecast;
}

/** Where the decision would put an object. */
function fateBy(deciding: DecideContext): FateOf {
  return (view: ObjectView, hold: KnownHold) => {
    const decision = decide(view, hold, deciding);
    return decision.kind === "move" ? decision.proposal.storageClass : "";
  };
}
