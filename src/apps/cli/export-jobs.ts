/** `astra plan export --batch-operations`. */
import { EXIT } from "../../core/errors.ts";
import type { PlanHeader } from "../../core/plan.ts";
import type { Context } from "../../services/context.ts";
import { exportBatchJobs } from "../../services/export/export-batch-jobs.ts";
import { type ExportTarget, bucketTarget, parsePrefixAddress } from "../../services/export/export-target.ts";
import { type Call, firstArgument } from "./call.ts";
import { folderTarget } from "./export-folder.ts";
import { batchJobsText } from "./output/export-jobs-text.ts";
import { usageError } from "./parse-options.ts";
import { planOf } from "./plan-argument.ts";

/** @returns the exit status. @throws AstraError as the verb */
export async function exportJobs(call: Call): Promise<number> {
  const named = firstArgument(call, "plan");
  const roleArn = required(call, "role");
  const report = required(call, "report");
  await using ctx = await call.context();
  const plan = await planOf(ctx, named);
  const { target, manifests } = await placesOf(call, ctx, plan, report);
  const accountId = call.text("account");
  const progress = call.terminal.progress();
  const input = {
    planId: plan.id,
    target,
    manifests,
    roleArn,
    report,
    ...(accountId !== undefined && { accountId }),
    isInspected: !call.has("unchecked"),
    progress: progress.report,
  };
  const exported = await exportBatchJobs({ ctx, input }).finally(() => progress.clear());
  const { plan: _, ...shown } = exported;
  await call.terminal.show({
    json: { ok: true, planId: plan.id, ...shown },
    text: () => batchJobsText(exported, { isLocal: call.text("batchOperations") === target.location, manifests }),
  });
  return EXIT.done;
}

interface Places {
  readonly target: ExportTarget;
  readonly manifests: { readonly bucket: string; readonly prefix: string };
}

async function placesOf(call: Call, ctx: Context, plan: PlanHeader, report: string): Promise<Places> {
  const place = call.text("batchOperations") ?? "";
  const inBucket = place.startsWith("s3://") ? addressOf("--batch-operations", place) : null;
  if (inBucket) return { target: bucketTarget(ctx, inBucket, ctx.prices.baseClass), manifests: inBucket };
  const asked = call.text("manifests");
  const reports = addressOf("--report", report);
  const manifests = asked === undefined ? { ...reports, prefix: `${reports.prefix}${plan.id}/` } : null;
  return { target: await folderTarget(place), manifests: manifests ?? addressOf("--manifests", asked ?? "") };
}

function addressOf(flag: string, text: string): Places["manifests"] {
  const found = parsePrefixAddress(text);
  if (!found) throw usageError(`${flag}: ${JSON.stringify(text)} is no bucket's address`, "Give s3://BUCKET/PREFIX.");
  return found;
}

function required(call: Call, name: string): string {
  const value = call.text(name);
  if (value === undefined || value === "") throw usageError(`--${name} is missing`, `Add --${name}.`);
  return value;
}
