/** A plan as jobs of S3 Batch Operations: AWS carries it out, and the completion report closes the run. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import {
  type BatchOperation,
  type CreateJobInput,
  MOST_BATCH_COPY_BYTES,
  batchJobMicros,
  createJobInput,
  roleParts,
} from "../../core/export/batch-job.ts";
import { type LeftOut, LeftOutTally } from "../../core/export/left-out.ts";
import { requirePermission } from "../../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../../core/plan.ts";
import { managedClass } from "../../core/pricing/price-book.ts";
import type { BucketInfo, ObjectStore } from "../../ports/object-store.ts";
import type { Context, Progress } from "../context.ts";
import { refuseInterrupted } from "../interruption.ts";
import { movePool } from "../moving/open-mover.ts";
import { type ExportTarget, parsePrefixAddress } from "./export-target.ts";
import { type Inspected, type StatedKms, inspectMove } from "./inspect-move.ts";
import { ManifestWriter, type WrittenManifest } from "./manifest-writer.ts";
import { plannedMoves } from "../planning/planned-moves.ts";
import { planOfId } from "./plan-of-id.ts";

export interface ExportBatchJobsInput {
  readonly planId: string;
  readonly target: ExportTarget;
  /** Where the manifests will lie when the jobs are made: where they are written, or are to be uploaded to. */
  readonly manifests: { readonly bucket: string; readonly prefix: string };
  readonly roleArn: string;
  /** `s3://bucket/prefix` for completion reports. */
  readonly report: string;
  /** The role's where absent. */
  readonly accountId?: string;
  /** Each object is looked at first; what is gone, changed, held or would lose something is left out. */
  readonly isInspected: boolean;
  readonly progress?: Progress;
}

/** One job that was exported. */
export interface ExportedJob extends Omit<WrittenManifest, "operation" | "etag"> {
  readonly job: CreateJobInput;
}

export interface ExportedBatchJobs {
  readonly plan: PlanHeader;
  readonly location: string;
  readonly jobs: readonly ExportedJob[];
  readonly leftOut: readonly LeftOut[];
  /** What Batch Operations itself charges, on top of the requests. */
  readonly serviceFeeMicros: number;
  readonly isInspected: boolean;
}

const PRIORITY = 10;
const ACCOUNT = /^\d{12}$/;
/** A restored copy has to outlast the wait for all of a job's restores, two days at most, and the copy. */
const LEAST_RESTORE_DAYS = 3;

/**
 * @throws AstraError ASTRA_PLAN_INVALID (no such plan), ASTRA_USAGE_INVALID (role, account or report address),
 * ASTRA_EXPORT_IMPOSSIBLE where such copies would lose what nobody has looked for, ASTRA_STORE_*
 */
export async function exportBatchJobs({
  ctx,
  input,
}: {
  ctx: Context;
  input: ExportBatchJobsInput;
}): Promise<ExportedBatchJobs> {
  requirePermission(ctx.actor, "object.read");
  const plan = await planOfId(ctx, input.planId);
  const terms = jobTerms(input);
  const store = await ctx.stores.open(plan.bucket);
  const bucket = await store.bucketInfo();
  if (!input.isInspected) refuseUninspected(bucket, plan);
  const draft = new BatchDraft(ctx, input, { plan, store, bucket });
  const written = await draft.write();
  const jobs = written.map((manifest) => exportedJob(manifest, plan, input, terms));
  for (const { name, job } of jobs) await writeJob(input.target, name, job);
  const objects = jobs.reduce((sum, job) => sum + job.objects, 0);
  const names = jobs.map(({ name }) => name);
  const detail = { plan: plan.id, hash: plan.hash, kind: "batch-operations", to: input.target.location, jobs: names };
  await ctx.state.audit({ atMs: ctx.clock.now(), actor: ctx.actor.name, action: "plan.export", detail });
  return {
    plan,
    location: input.target.location,
    jobs,
    leftOut: draft.leftOut.result(),
    serviceFeeMicros: batchJobMicros(jobs.length, objects),
    isInspected: input.isInspected,
  };
}

interface JobTerms {
  readonly accountId: string;
  readonly report: { readonly bucket: string; readonly prefix: string };
}

function jobTerms({ roleArn, accountId, report }: ExportBatchJobsInput): JobTerms {
  const role = roleParts(roleArn);
  const place = parsePrefixAddress(report);
  if (!role) throw usage("--role", `${JSON.stringify(roleArn)} is no ARN of a role`, "arn:aws:iam::ACCOUNT:role/NAME");
  if (!place) throw usage("--report", `${JSON.stringify(report)} is no bucket's address`, "s3://BUCKET/PREFIX");
  if (accountId !== undefined && !ACCOUNT.test(accountId))
    throw usage("--account", `${JSON.stringify(accountId)} is no account`, "12 digits");
  // The service adds a slash of its own.
  const prefix = place.prefix.replace(/\/$/, "");
  return { accountId: accountId ?? role.accountId, report: { bucket: place.bucket, prefix } };
}

function usage(where: string, message: string, form: string): AstraError {
  return new AstraError("ASTRA_USAGE_INVALID", message, { where, fix: `Give it as ${form}.` });
}

/** What only a look at each object can tell must not matter. */
function refuseUninspected(bucket: BucketInfo, { bucket: name }: PlanHeader): void {
  const why =
    (bucket.ownership !== "enforced" && "its objects may have ACLs, which such copies lose") ||
    (bucket.objectLock && "its objects may be locked") ||
    (bucket.versioning === "suspended" && "its versions are suspended");
  if (why === false) return;
  throw new AstraError("ASTRA_EXPORT_IMPOSSIBLE", `objects of ${name} can't be exported unseen: ${why}`, {
    where: `s3://${name}`,
    fix: "Leave --unchecked out: each object is then looked at first.",
  });
}

class BatchDraft {
  readonly leftOut = new LeftOutTally();
  readonly #ctx: Context;
  readonly #input: ExportBatchJobsInput;
  readonly #plan: PlanHeader;
  readonly #store: ObjectStore;
  readonly #bucket: BucketInfo;
  readonly #unmodifiedSinceMs: number;

  constructor(
    ctx: Context,
    input: ExportBatchJobsInput,
    { plan, store, bucket }: { readonly plan: PlanHeader; readonly store: ObjectStore; readonly bucket: BucketInfo },
  ) {
    this.#ctx = ctx;
    this.#input = input;
    this.#plan = plan;
    this.#store = store;
    this.#bucket = bucket;
    this.#unmodifiedSinceMs = input.isInspected ? ctx.clock.now() : plan.createdMs;
  }

  async write(): Promise<readonly WrittenManifest[]> {
    const writer = new ManifestWriter(this.#input.target);
    try {
      let seen = 0;
      for await (const page of plannedMoves(this.#ctx, this.#plan)) {
        const moves = page.map(({ move }) => move);
        const inspected = await this.#inspect(moves);
        for (const [index, move] of moves.entries()) await this.#add(writer, move, inspected[index]);
        seen += moves.length;
        this.#input.progress?.(seen, this.#plan.totals.moves, "objects");
        refuseInterrupted(this.#ctx.signal);
      }
      return await writer.finish();
    } catch (error) {
      await writer.abandon();
      throw error;
    }
  }

  async #inspect(moves: readonly PlannedMove[]): Promise<readonly (Inspected | undefined)[]> {
    const found: (Inspected | undefined)[] = moves.map((move) => this.#atFirstSight(move));
    if (!this.#input.isInspected) return found;
    await movePool(this.#ctx, this.#store).run(moves.entries(), async ([index, move]) => {
      const seen = found[index];
      if (seen && "leftOut" in seen) return;
      found[index] = await inspectMove(move, {
        store: this.#store,
        bucket: this.#bucket,
        unmodifiedSinceMs: this.#unmodifiedSinceMs,
        isArchived: this.#isArchived(move),
      });
    });
    return found;
  }

  /** What the plan itself tells. */
  #atFirstSight(move: PlannedMove): Inspected {
    if (move.mechanism === "tag") return { leftOut: "by_tag" };
    if (this.#bucket.defaultRetention) return { leftOut: "default_retention" };
    return move.sizeBytes > MOST_BATCH_COPY_BYTES ? { leftOut: "too_large" } : { kms: null };
  }

  #isArchived({ from }: PlannedMove): boolean {
    return managedClass(this.#ctx.prices, from)?.restore !== undefined;
  }

  async #add(writer: ManifestWriter, move: PlannedMove, inspected: Inspected | undefined): Promise<void> {
    if (!inspected || "leftOut" in inspected) {
      this.leftOut.add(inspected?.leftOut ?? "unreadable", move.sizeBytes);
      return;
    }
    const restored = this.#isArchived(move) ? await this.#addRestore(writer, move) : null;
    await writer.add(move, labelOf(move.to), this.#copyOf(move, inspected.kms), restored);
  }

  async #addRestore(writer: ManifestWriter, move: PlannedMove): Promise<string> {
    const { speed = "standard", days = 1 } = move.restore ?? {};
    const operation: BatchOperation = { kind: "restore", days: Math.max(days, LEAST_RESTORE_DAYS), speed };
    return writer.add(move, `restore-${speed === "bulk" ? "bulk" : "standard"}`, operation, null);
  }

  #copyOf({ bucket, to }: PlannedMove, kms: StatedKms): BatchOperation {
    return { kind: "copy", bucket, storageClass: to, kms, unmodifiedSinceMs: this.#unmodifiedSinceMs };
  }
}

function labelOf(storageClass: string): string {
  return storageClass.toLowerCase();
}

function exportedJob(
  { operation, etag, ...manifest }: WrittenManifest,
  plan: PlanHeader,
  { manifests, roleArn }: ExportBatchJobsInput,
  terms: JobTerms,
): ExportedJob {
  const { name } = manifest;
  // Of the plan and the job's place in it, and not of the instant: made twice, it is one job.
  const token = createHash("sha256")
    .update(JSON.stringify([plan.hash, name, etag]))
    .digest("hex");
  const job = createJobInput({
    operation,
    token,
    description: `astra plan ${plan.id}, ${name}`,
    roleArn,
    priority: PRIORITY,
    manifest: { bucket: manifests.bucket, key: `${manifests.prefix}${name}.csv`, etag },
    ...terms,
  });
  return { ...manifest, job };
}

async function writeJob(target: ExportTarget, name: string, job: CreateJobInput): Promise<void> {
  const file = await target.create(`${name}.json`);
  await file.write(`${JSON.stringify(job, null, 2)}\n`);
  await file.finish();
}
