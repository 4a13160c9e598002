/** Tries everything Astra needs, changing nothing; each finding comes with its fix. */
import { isAstraError, toAstraError } from "../core/errors.ts";
import { requirePermission } from "../core/permission.ts";
import type { Context } from "./context.ts";

export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly fix: string | null;
}

/** S3 refuses requests whose clock is off by 15 minutes; half of that leaves time to act. */
const MAX_SKEW_MS = 7.5 * 60_000;

/** @param input.bucket checked where it is given. */
export async function diagnose({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly bucket?: string };
}): Promise<readonly Finding[]> {
  requirePermission(ctx.actor, "object.read");
  const findings: Finding[] = [];
  findings.push(await attempt("log", async () => `${ctx.config.log.kind}, id ${await ctx.log.id()}`));
  for (const topic of [ctx.config.log.topic, ctx.config.log.dead_letter_topic])
    findings.push(await topicFinding(ctx, topic));
  findings.push(
    await attempt("state", async () => {
      const runs = await ctx.state.runs(1);
      return `${ctx.config.state.path}, ${runs.length === 0 ? "no run yet" : "readable"}`;
    }),
  );
  if (input.bucket === undefined) return findings;
  return [...findings, ...(await storeFindings(ctx, input.bucket))];
}

async function topicFinding(ctx: Context, topic: string): Promise<Finding> {
  return attempt(`topic ${topic}`, async () => {
    try {
      const offsets = await ctx.log.offsets(topic);
      const records = offsets.reduce((sum, { first, end }) => sum + (end - first), 0n);
      return `${offsets.length} partitions, ${records} records`;
    } catch (error) {
      if (ctx.config.log.create_topics && isAstraError(error, "ASTRA_LOG_TOPIC_MISSING"))
        return "not there yet; created on first use";
      throw error;
    }
  });
}

async function storeFindings(ctx: Context, bucket: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const store = await ctx.stores.open(bucket);
  findings.push(
    await attempt(`bucket ${bucket}`, async () => {
      const info = await store.bucketInfo();
      const rules =
        info.lifecycleRuleIds.length === 0
          ? "no lifecycle rules"
          : `lifecycle rules ${info.lifecycleRuleIds.join(", ")}`;
      const lock = info.objectLock ? ", object lock" : "";
      const triggered = [
        ...(info.notifications ? ["moves will send its notifications"] : []),
        ...(info.replication ? ["moves will be replicated"] : []),
        ...(info.versioning === "off" ? [] : ["moves by copy leave a noncurrent version"]),
        ...(info.ownership === "enforced" ? [] : ["objects have ACLs, which moves carry over"]),
      ];
      const known = [`region ${info.region ?? "unknown"}`, `versioning ${info.versioning}${lock}`, rules];
      return [...known, ...triggered].join(", ");
    }),
  );
  findings.push(await skewFinding(ctx, bucket));
  try {
    for (const probe of await store.probe()) {
      const fix = probe.allowed ? null : `Grant ${probe.action} on ${bucket}.`;
      findings.push({ check: `permission ${probe.action}`, ok: probe.allowed, detail: probe.detail, fix });
    }
  } catch (error) {
    findings.push(failure("permissions", error));
  }
  return findings;
}

async function skewFinding(ctx: Context, bucket: string): Promise<Finding> {
  try {
    const store = await ctx.stores.open(bucket);
    const skewMs = await store.clockSkewMs(ctx.clock.now());
    const seconds = (Math.abs(skewMs) / 1000).toFixed(1);
    const ok = Math.abs(skewMs) < MAX_SKEW_MS;
    const detail = `this machine's clock is ${seconds} s ${skewMs > 0 ? "behind" : "ahead of"} the store's`;
    return { check: "clock", ok, detail, fix: ok ? null : "Set this machine's clock, for example by NTP." };
  } catch (error) {
    return failure("clock", error);
  }
}

async function attempt(check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, detail: await work(), fix: null };
  } catch (error) {
    return failure(check, error);
  }
}

function failure(check: string, thrown: unknown): Finding {
  const error = toAstraError(thrown);
  return { check, ok: false, detail: `${error.message} (${error.code})`, fix: error.fix };
}
