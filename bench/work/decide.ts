/** The decision itself: matrix, prices and guards over views in memory. */
import { z } from "zod";
import { NO_ACCESS, recordReads } from "../../src/core/access-stats.ts";
import { DEFAULT_GUARDS, decide } from "../../src/core/decide.ts";
import { DEFAULT_WINDOW_DAYS, matrixStrategy } from "../../src/core/matrix.ts";
import { unknownObject } from "../../src/core/object-state.ts";
import { viewOf } from "../../src/core/object-view.ts";
import { compilePolicies } from "../../src/core/policy/policy-constraints.ts";
import type { ObjectView } from "../../src/core/strategy.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { builtInPriceBook } from "../../src/config/price-books.ts";
import { configSchema } from "../../src/config/schema.ts";
import { metadataCases } from "../../test/system/matrix-oracle.ts";
import { SIZES_BYTES, sizeOf } from "../decide-objects.ts";
import { type WorkDone, timed } from "../outcome.ts";
import { keyOf } from "../sandbox-messages.ts";

const inputSchema = z.strictObject({ objects: z.number(), passes: z.number() });
export type DecideInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { objects, passes } = inputSchema.parse(input);
  const views = viewsOf(objects);
  const { classes } = configSchema.parse({}).engine;
  const strategy = matrixStrategy({ classes, windowDays: DEFAULT_WINDOW_DAYS });
  const prices = builtInPriceBook();
  const context = {
    strategy,
    strategyNamed: () => strategy,
    policies: compilePolicies([], prices),
    prices,
    guards: DEFAULT_GUARDS,
    noncurrentDays: 0,
    nativeRules: [],
  };
  const found = new Map<string, number>();
  const { phase } = await timed(objects * passes, () => {
    for (let pass = 0; pass < passes; pass++) {
      for (const view of views) {
        const decision = decide(view, null, context);
        const outcome =
          decision.kind === "move"
            ? decision.proposal.storageClass
            : decision.kind === "refuse"
              ? decision.refusal
              : "stay";
        found.set(outcome, (found.get(outcome) ?? 0) + 1);
      }
    }
  });
  return { phases: { decide: phase }, found: Object.fromEntries(found) };
}

/** The same objects as those of the oracle, as the state would show them after an import. */
function viewsOf(objects: number): ObjectView[] {
  const nowMs = Date.now();
  const keys = Array.from({ length: objects }, (_, index) => keyOf(index));
  const cases = metadataCases(keys, nowMs);
  return keys.map((key, index) => {
    const known = cases.get(key);
    if (!known) throw new RangeError(`no case of ${key}`);
    const { ageDays, reads, idleDays } = known;
    const createdMs = nowMs - (ageDays + 0.1) * MS_PER_DAY;
    const access =
      reads === 0 ? NO_ACCESS : recordReads(NO_ACCESS, nowMs - idleDays * MS_PER_DAY, reads, DEFAULT_WINDOW_DAYS);
    const stored = {
      key,
      sizeBytes: sizeOf(index, SIZES_BYTES),
      etag: "",
      lastModifiedMs: nowMs,
      storageClass: "STANDARD",
    };
    const state = { ...unknownObject({ bucket: "bench", key }), createdMs, access };
    return viewOf(stored, state, nowMs, DEFAULT_WINDOW_DAYS, "bench");
  });
}
