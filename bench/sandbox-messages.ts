/** What the benchmark and its sandbox process say to each other. */
import { z } from "zod";

export const ACCESS_KEY = "bench";
export const SECRET_KEY = "bench-secret";

const stock = z.strictObject({
  kind: z.literal("stock"),
  bucket: z.string(),
  count: z.number(),
  /** Objects take these in turn, each for a run of `sizeRun`. */
  sizesBytes: z.array(z.number()).min(1),
  sizeRun: z.number(),
  /** Days since they were last modified. */
  ageDays: z.number(),
  /** With user metadata, content headers and tags. */
  rich: z.boolean(),
});

export const requestSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("start"), latencyMs: z.number(), slowDownShare: z.number() }),
  stock,
  z.strictObject({ kind: z.literal("tally"), bucket: z.string() }),
]);

/** Objects to put into a new bucket. */
export type Stock = Omit<z.infer<typeof stock>, "kind">;

export const replySchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("started"), endpoint: z.string() }),
  z.strictObject({ kind: z.literal("stocked") }),
  z.strictObject({
    kind: z.literal("tallied"),
    objects: z.number(),
    bytes: z.number(),
    digest: z.number(),
    byClass: z.record(z.string(), z.number()),
  }),
]);
export type Reply = z.infer<typeof replySchema>;

/** Keys in the order of their numbers; one in fifty needs to be encoded. */
export function keyOf(index: number): string {
  const number = String(index).padStart(8, "0");
  return index % 50 === 49
    ? `data/2026/part-${number.slice(0, 4)}/${number}-übersicht&co.csv`
    : `data/2026/part-${number.slice(0, 4)}/${number}-events.parquet`;
}
