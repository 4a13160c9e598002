/** Replays a trace under several policies: the first half of its days is the past, the second half is charged. */
import {
  BACKTEST_POLICIES,
  type BacktestPolicy,
  type BacktestPolicyName,
  backtestPolicy,
  type PolicyMaterial,
} from "./backtest-policies.ts";
import { type BucketMover, classesOf } from "./backtest-setting.ts";
import { ClassPath } from "./class-path.ts";
import type { ClassSet } from "./daily-tariff.ts";
import { type Replaying, replayTogether, type Steps } from "./object-policy.ts";
import type { ReplayInput, ReplayResult } from "./replay.ts";
import { tariffCache } from "./tariff-cache.ts";
import type { Trace } from "../trace/trace.ts";

/** Share of a trace's days that is reported apart as well. */
const LATE_SHARE = 0.3;

/** First charged day, and first day of the late share. */
export function splitOf({ days }: Pick<Trace, "days">): { readonly splitDay: number; readonly lateDay: number } {
  return { splitDay: Math.floor(days / 2), lateDay: days - Math.floor(days * LATE_SHARE) };
}

export interface BacktestOptions {
  readonly trace: Trace;
  readonly material: PolicyMaterial;
  /** Beside the optimum, which is always replayed. */
  readonly policies: readonly BacktestPolicyName[];
  /** Remember every change of class. */
  readonly keepsPaths: boolean;
}

/** One policy after its replay. */
export interface ReplayedPolicy {
  readonly policy: BacktestPolicyName;
  readonly input: ReplayInput;
  /** What the path's class numbers stand for. */
  readonly classes: ClassSet;
  readonly result: ReplayResult;
  /** `null` where none was kept. */
  readonly path: ClassPath | null;
}

interface Prepared {
  readonly name: BacktestPolicyName;
  readonly entry: BacktestPolicy;
  readonly classes: ClassSet;
  readonly path: ClassPath | null;
  readonly input: ReplayInput;
}

/** Yields the objects done so far. Replays in the order of the names' list, the optimum last; policies that the setting lacks are left out. */
export function* replayPolicies(options: BacktestOptions): Steps<readonly ReplayedPolicy[]> {
  const wanted = new Set<BacktestPolicyName>([...options.policies, "optimal"]);
  const inputOf = inputs(options);
  const prepared = BACKTEST_POLICIES.filter((name) => wanted.has(name)).flatMap((name): Prepared[] => {
    const entry = backtestPolicy(name, options.material);
    if (!entry) return [];
    const path = options.keepsPaths ? new ClassPath() : null;
    const { classes, input } = inputOf(entry.kind === "object" ? entry.mover : null);
    return [{ name, entry, classes, path, input: path ? { ...input, onClass: path.record } : input }];
  });
  const results = yield* replayAll(prepared);
  return prepared.map(({ name, input, classes, path }, index) => {
    const result = results[index];
    if (!result) throw new RangeError(`${name} was not replayed`);
    return { policy: name, input, classes, result, path };
  });
}

type ClassedInput = { readonly classes: ClassSet; readonly input: ReplayInput };

/** Inputs share one cache of tariffs for each set of classes. */
function inputs({ trace, material }: BacktestOptions): (bucket: BucketMover | null) => ClassedInput {
  const of = (book: PolicyMaterial["book"], classes: ClassSet): ClassedInput => {
    const tariff = tariffCache(book, classes, material.mover);
    const tariffOf = (object: number) => tariff(trace.sizeBytes[object] ?? 0);
    return { classes, input: { trace, ...splitOf(trace), tariffOf } };
  };
  const usual = of(material.book, classesOf(material.book, material.setting).classes);
  return (bucket) => (bucket ? of(bucket.book, bucket.classes) : usual);
}

/**
 * Policies that decide object by object are replayed together, so that a tariff is made once for all of them; then those
 * that need the whole trace, one by one.
 */
function* replayAll(prepared: readonly Prepared[]): Steps<readonly (ReplayResult | undefined)[]> {
  const results: (ReplayResult | undefined)[] = [];
  const together: { readonly index: number; readonly replaying: Replaying }[] = [];
  prepared.forEach(({ entry, input }, index) => {
    if (entry.kind === "object") together.push({ index, replaying: { policy: entry.policy, input } });
  });
  const done = yield* replayTogether(together.map(({ replaying }) => replaying));
  together.forEach(({ index }, at) => {
    results[index] = done[at];
  });
  for (const [index, { entry, input }] of prepared.entries()) {
    if (entry.kind !== "trace") continue;
    yield input.trace.objects;
    results[index] = entry.policy.replay(input);
  }
  return results;
}
