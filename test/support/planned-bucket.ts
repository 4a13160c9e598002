/** A bucket of odd objects and what is known of them, the same for the same seed, and plans made of it. */
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { seededRandom } from "../../src/adapters/system/seeded-random.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import { NO_ACCESS, recordReads } from "../../src/core/access-stats.ts";
import { type ObjectState, unknownObject } from "../../src/core/object-state.ts";
import type { PlanHeader, PlannedMove } from "../../src/core/plan.ts";
import type { PolicyRule, StrategyName } from "../../src/core/policy/policy.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import type { BucketInfo, ListedObject } from "../../src/ports/object-store.ts";
import type { Context } from "../../src/services/context.ts";
import { plannedMoves } from "../../src/services/planning/planned-moves.ts";
import { listedBucket } from "./listed-bucket.ts";

export const PLANNED_BUCKET = "planned-bucket";
export const PLANNED_AT_MS = Date.UTC(2026, 5, 1, 12);

const KEYS = [
  "logs/",
  "images/2025/",
  "\uFEFFmark/",
  "quote's/",
  "new\nline/",
  "a%/b_/",
  "größe/",
  "🎉/",
  "",
  "backup_",
];
const CLASSES = ["STANDARD", "STANDARD_IA", "GLACIER_IR", "GLACIER", "ONEZONE_IA", "INTELLIGENT_TIERING", "EXOTIC"];

export interface PlannedBucket {
  readonly objects: readonly ListedObject[];
  readonly states: readonly ObjectState[];
}

/** @param sizesBytes of the objects; any size where absent */
export function plannedBucket(seed: number, count: number, sizesBytes: readonly number[] = []): PlannedBucket {
  const random = seededRandom(seed);
  const below = (most: number): number => Math.floor(random.next() * most);
  const objects = Array.from({ length: count }, (_, index): ListedObject => {
    const key = `${KEYS[below(KEYS.length)] ?? ""}${index}${below(3) === 0 ? ".json" : ".bin"}`;
    const etag = createHash("md5").update(`${seed} ${index}`).digest("hex");
    return {
      key,
      sizeBytes: sizesBytes[below(sizesBytes.length)] ?? Math.floor(2 ** (random.next() * 34)),
      etag: below(9) === 0 ? `${etag}-${1 + below(9)}` : etag,
      lastModifiedMs: PLANNED_AT_MS - below(800 * MS_PER_DAY),
      storageClass: CLASSES[below(CLASSES.length)] ?? "STANDARD",
    };
  }).toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  const states = objects.filter(() => below(2) === 0).map((object) => stateOf(object, below));
  return { objects, states };
}

function stateOf(object: ListedObject, below: (most: number) => number): ObjectState {
  let access = NO_ACCESS;
  for (let reads = below(6); reads > 0; reads -= 1) {
    access = recordReads(access, PLANNED_AT_MS - below(400 * MS_PER_DAY), 1 + below(20), 366);
  }
  const atMs = PLANNED_AT_MS - below(500 * MS_PER_DAY);
  const hold = { legalHold: below(2) === 0, retainUntilMs: below(2) === 0 ? PLANNED_AT_MS + MS_PER_DAY : null };
  return {
    ...unknownObject({ bucket: PLANNED_BUCKET, key: object.key }),
    sizeBytes: object.sizeBytes,
    etag: below(5) === 0 ? "another" : below(5) === 0 ? null : object.etag,
    versionId: below(2) === 0 ? null : `v${below(1000)}`,
    sequencer: below(2) === 0 ? null : "0055AED6DCD90281E5",
    storageClass: below(4) === 0 ? null : object.storageClass,
    classSinceMs: below(3) === 0 ? null : atMs,
    createdMs: below(4) === 0 ? null : atMs,
    ageUncertain: below(2) === 0,
    deletedMs: below(12) === 0 ? atMs : null,
    hold: below(10) === 0 ? { ...hold, seenAtMs: PLANNED_AT_MS - below(40 * MS_PER_DAY) } : null,
    promotedMs: below(8) === 0 ? PLANNED_AT_MS - below(60 * MS_PER_DAY) : null,
    access,
  };
}

export interface PlanningSetting {
  readonly strategy: StrategyName;
  readonly policies?: readonly PolicyRule[];
  readonly info?: Partial<BucketInfo>;
  /** Objects from which a plan is decided in batch. */
  readonly batchFrom?: number;
}

/** A context of a bucket that can be planned, over a state of its own. */
export async function planningContext(
  { objects, states }: PlannedBucket,
  { strategy, policies = [], info, batchFrom = 200_000 }: PlanningSetting,
): Promise<Context & AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "astra-planned-"));
  const config = configSchema.parse({
    bucket: PLANNED_BUCKET,
    state: { path: join(folder, "state.db") },
    engine: { strategy, batch_from_objects: batchFrom, batch_memory_mib: 256 },
  });
  const clock = new VirtualClock(PLANNED_AT_MS);
  const ctx = await openContext(config, { clock, policies, isThrowaway: true });
  await ctx.state.putObjects(states);
  return {
    ...ctx,
    folder,
    stores: listedBucket(objects, info),
    policies,
    async [Symbol.asyncDispose]() {
      await ctx[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function allMoves(ctx: Context, plan: PlanHeader): Promise<PlannedMove[]> {
  const moves: PlannedMove[] = [];
  for await (const page of plannedMoves(ctx, plan)) {
    for (const { seq, move } of page) {
      if (seq !== moves.length) throw new RangeError(`move ${moves.length} has the number ${seq}`);
      moves.push(move);
    }
  }
  return moves;
}
