/** The objects of a bucket with tier, age and reads, as the engine sees them. */
import { requirePermission } from "../core/permission.ts";
import type { Tier } from "../core/tier.ts";
import type { Context } from "./context.ts";
import { scanBucket } from "./scan-bucket.ts";

export interface ListObjectsInput {
  readonly bucket: string;
  readonly prefix?: string;
  readonly tier?: Tier;
}

export interface ListedLine {
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  /** `null` for a class that Astra does not manage. */
  readonly tier: Tier | null;
  readonly ageDays: number;
  readonly windowReads: number;
  readonly lastAccessMs: number | null;
}

export async function* listObjects({
  ctx,
  input,
}: {
  ctx: Context;
  input: ListObjectsInput;
}): AsyncIterable<readonly ListedLine[]> {
  requirePermission(ctx.actor, "object.read");
  for await (const page of scanBucket(ctx, input.bucket, input.prefix)) {
    const lines = page.map(({ view, state }): ListedLine => {
      const { key, sizeBytes, storageClass, windowReads } = view;
      const tier = ctx.prices.classes[storageClass]?.tier ?? null;
      return {
        key,
        sizeBytes,
        storageClass,
        tier,
        ageDays: view.ageDays ?? 0,
        windowReads,
        lastAccessMs: state?.access.lastAccessMs ?? null,
      };
    });
    const wanted = input.tier === undefined ? lines : lines.filter((line) => line.tier === input.tier);
    if (wanted.length > 0) yield wanted;
  }
}
