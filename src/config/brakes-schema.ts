/** Fields that hold a run back: caps, the first slice, windows and speeds. */
import { z } from "zod";
import { DEFAULT_COOL_DOWN_DAYS } from "../core/cool-down.ts";
import { isTimeZone, windowFault } from "../core/maintenance-window.ts";
import { MOVE_MECHANISMS } from "../core/plan-terms.ts";

const dollars = z.number().nonnegative().max(1_000_000);
const percent = z.number().min(0).max(100);

const canary = z.strictObject({
  enabled: z.boolean().default(true).describe("Move a first slice, and the rest only where that ended clean."),
  percent: percent.default(1).describe("Size of the first slice, in percent of the plan's moves."),
  at_least: z.number().int().min(1).default(100).describe("Smallest size of the first slice, objects."),
  accept_loss: z
    .boolean()
    .default(false)
    .describe("Go on although the first slice costs more than it saves within `engine.max_payback_days`."),
});

const maintenanceWindow = z.string().check((ctx) => {
  const fault = windowFault(ctx.value);
  if (fault !== null) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
});

/** `brakes`: what ends a run before its plan is through. */
export const brakesSchema = z.strictObject({
  fee_per_run_usd: dollars
    .default(10)
    .describe("Most that one run may cost in fees, US dollars; 0 lets nothing move that costs."),
  fee_per_day_usd: dollars.default(25).describe("Most that all runs of a day (UTC) may cost in fees, US dollars."),
  objects_per_run: z.number().int().nonnegative().default(1_000_000).describe("Most objects that one run moves."),
  bytes_per_run: z
    .number()
    .int()
    .nonnegative()
    .describe("Most bytes that one run moves; no cap where absent.")
    .meta({ example: 1_099_511_627_776 })
    .optional(),
  error_rate_percent: percent
    .default(1)
    .describe("A run stops when more than this share of its last 1,000 moves failed, in percent."),
  canary: canary.prefault({}).describe("The first slice of a run."),
  windows: z
    .array(maintenanceWindow)
    .default([])
    .describe(
      "When objects may be moved: days and times of day. Always where empty. In the variable, a window names one day, a range of days, or `daily`.",
    )
    .meta({ example: ["Mon-Fri 22:00-06:00", "Sat,Sun 00:00-24:00"] }),
  timezone: z
    .string()
    .refine(isTimeZone, "must be a name of the zone database, such as UTC or Europe/Berlin")
    .default("UTC")
    .describe("Time zone of `brakes.windows`.")
    .meta({ example: "Europe/Berlin" }),
});

/** `rates`: how fast a run goes at most. */
export const ratesSchema = z.strictObject({
  moves_per_second: z
    .number()
    .min(0.01)
    .max(100_000)
    .describe("Most moves a second in a bucket; as fast as the store allows where absent.")
    .meta({ example: 500 })
    .optional(),
  moves_per_second_per_prefix: z
    .number()
    .min(0.01)
    .max(100_000)
    .describe("Most moves a second under one prefix; as fast as the store allows where absent.")
    .meta({ example: 100 })
    .optional(),
  prefix_depth: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe("Segments of a key, ended by `/`, that make its prefix for that limit."),
  restores_per_second: z
    .number()
    .min(0.01)
    .max(1000)
    .default(1000)
    .describe("Most restores asked for a second; S3 takes 1,000 per account."),
});

/** Fields of `engine` that say how objects are moved. */
export const movingFields = {
  mechanisms: z
    .array(z.enum(MOVE_MECHANISMS))
    .min(1)
    .default(["copy"])
    .describe("Ways a class may be changed: by a copy, or by a tag that a lifecycle rule of the bucket waits for.")
    .meta({ example: ["copy", "tag"] }),
  drop_own_noncurrent: z
    .boolean()
    .default(false)
    .describe("On a versioned bucket, delete the noncurrent version that a verified copy of ours left; no other one."),
  restore_deadline_hours: z
    .number()
    .positive()
    .max(8760)
    .default(48)
    .describe(
      "An archived object that moves up should be readable within this time: the cheapest speed that meets it is used.",
    ),
  cool_down_days: z
    .number()
    .nonnegative()
    .max(3650)
    .default(DEFAULT_COOL_DOWN_DAYS)
    .describe("Days for which an object that we moved to a hotter class is not sent to a colder one again."),
};
