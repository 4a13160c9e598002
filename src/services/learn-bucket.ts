/**
 * Learning how a bucket is read, from what the state remembers of it: for `predictive`. Memory is bounded: of a large bucket,
 * an even sample of the objects is learned from.
 */
import { isAstraError } from "../core/errors.ts";
import { BucketKnowledge } from "../core/predict/bucket-knowledge.ts";
import type { Mode } from "../core/predict/predictor.ts";
import type { Trace } from "../core/trace/trace.ts";
import { dayNumber } from "../core/units.ts";
import type { Context } from "./context.ts";
import { traceOfState } from "./trace-of-state.ts";

/** Most objects of a bucket that are learned from. */
const MOST_OBJECTS = 200_000;
/** Days after which a long-running process learns anew, and after which it also tries the modes anew. */
const LEARN_AGAIN_DAYS = 56;
const TRY_AGAIN_DAYS = 112;

interface Known {
  readonly day: number;
  readonly triedDay: number;
  readonly knowledge: BucketKnowledge;
}

/** What a process has learned, by bucket. */
const learned = new WeakMap<Context, Map<string, Known>>();

/** Knowledge of nothing: the priors alone. */
export function noKnowledge(ctx: Pick<Context, "prices" | "config">): BucketKnowledge {
  return knowledgeOf(ctx, null);
}

/** @throws AstraError ASTRA_STATE_*, ASTRA_INTERRUPTED */
export async function learnBucket(ctx: Context, bucket: string): Promise<BucketKnowledge> {
  const buckets = learned.get(ctx) ?? new Map<string, Known>();
  learned.set(ctx, buckets);
  const day = dayNumber(ctx.clock.now());
  const known = buckets.get(bucket);
  if (known && day - known.day < LEARN_AGAIN_DAYS) return known.knowledge;
  const isTried = known !== undefined && day - known.triedDay < TRY_AGAIN_DAYS;
  const knowledge = knowledgeOf(ctx, await historyOf(ctx, bucket), isTried ? known.knowledge.modes : undefined);
  buckets.set(bucket, { day, knowledge, triedDay: isTried ? known.triedDay : day });
  return knowledge;
}

function knowledgeOf(
  { prices, config }: Pick<Context, "prices" | "config">,
  history: Trace | null,
  modes?: ReadonlyMap<string, Mode>,
): BucketKnowledge {
  return new BucketKnowledge({
    ...(modes && { modes }),
    history,
    book: prices,
    maxPaybackDays: config.engine.max_payback_days,
    mover: "copy",
  });
}

async function historyOf(ctx: Context, bucket: string): Promise<Trace | null> {
  const count = await countObjects(ctx, bucket);
  try {
    const sinceDay = dayNumber(ctx.clock.now()) - ctx.config.engine.history_days;
    const input = { bucket, sinceDay, oneIn: Math.max(1, Math.ceil(count / MOST_OBJECTS)) };
    return (await traceOfState({ ctx, input })).trace;
  } catch (error) {
    // A bucket without an object or a read has no history yet: the priors are what there is.
    if (isAstraError(error) && error.code === "ASTRA_TRACE_INVALID") return null;
    throw error;
  }
}

async function countObjects(ctx: Context, bucket: string): Promise<number> {
  let count = 0;
  for await (const page of ctx.state.objects({ bucket })) count += page.length;
  return count;
}
