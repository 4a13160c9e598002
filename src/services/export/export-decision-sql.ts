/** The decision as SQL for engines of clusters, and what is known of the objects' reads for it to be joined with. */
import { AstraError } from "../../core/errors.ts";
import { ACCESS_COLUMNS, type AccessBatch, accessBatch } from "../../core/export/access-table.ts";
import { type SqlStrategy, decisionSql, sqlObstacle } from "../../core/export/decision-sql.ts";
import { requirePermission } from "../../core/permission.ts";
import type { StrategyName } from "../../core/policy/policy.ts";
import type { SqlDialectName } from "../../core/policy/sql-dialect.ts";
import type { TraceFiles } from "../../ports/trace-files.ts";
import type { Context } from "../context.ts";
import { bucketFacts, decideBy } from "../decide-context.ts";
import { windowDaysOf } from "../observe-options.ts";

export interface ExportDecisionSqlInput {
  readonly bucket: string;
  readonly dialect: SqlDialectName;
  /** The configured one where absent. */
  readonly strategy?: StrategyName;
  /** Where the table of reads is written; without it the query alone is made. */
  readonly accessState?: { readonly files: TraceFiles; readonly path: string };
}

export interface ExportedDecisionSql {
  readonly bucket: string;
  readonly dialect: SqlDialectName;
  readonly strategy: StrategyName;
  /** The instant that the query decides at, and the table of reads is of. */
  readonly decidedMs: number;
  readonly priceBook: string;
  /** Views that the query reads: the inventory's files, and the table of reads. */
  readonly tables: { readonly inventory: string; readonly accessState: string };
  readonly sql: string;
  /** Rows of the table of reads; `null` where none was written. */
  readonly objects: number | null;
}

const TABLES = { inventory: "inventory", accessState: "access_state" } as const;

/** @throws AstraError ASTRA_EXPORT_IMPOSSIBLE naming what no query can say, ASTRA_STORE_*, ASTRA_FILE_UNWRITABLE */
export async function exportDecisionSql({
  ctx,
  input,
}: {
  ctx: Context;
  input: ExportDecisionSqlInput;
}): Promise<ExportedDecisionSql> {
  requirePermission(ctx.actor, "object.read");
  const { bucket, dialect, strategy: name = ctx.config.engine.strategy } = input;
  const strategy = sqlStrategy(ctx, name);
  const nowMs = ctx.clock.now();
  const deciding = decideBy(ctx, ctx.policies, { ...(await bucketFacts(ctx, bucket)), knowledge: null });
  const terms = { dialect, tables: TABLES, bucket, nowMs, strategy, deciding };
  const obstacle = sqlObstacle(terms);
  if (obstacle !== null) throw impossible(obstacle, bucket);
  const sql = `${decisionSql(terms)}\n`;
  const objects = input.accessState ? await writeAccessState(ctx, bucket, nowMs, input.accessState) : null;
  const detail = { bucket, kind: `sql ${dialect}`, strategy: name, priceBook: ctx.prices.version };
  await ctx.state.audit({ atMs: nowMs, actor: ctx.actor.name, action: "decision.export", detail });
  return {
    bucket,
    dialect,
    strategy: name,
    decidedMs: nowMs,
    priceBook: ctx.prices.version,
    tables: TABLES,
    sql,
    objects,
  };
}

function sqlStrategy(ctx: Context, name: StrategyName): SqlStrategy {
  const { classes, window_days: windowDays, horizon_days: horizonDays } = ctx.config.engine;
  if (name === "matrix") return { name, classes, windowDays };
  if (name === "cost") return { name, horizonDays };
  throw impossible("`predictive` looks at every day of an object's reads, which no query can", "--strategy");
}

function impossible(message: string, where: string): AstraError {
  return new AstraError("ASTRA_EXPORT_IMPOSSIBLE", message, {
    where,
    fix: "Decide with `astra plan`, or export `--strategy matrix` or `--strategy cost` with rules that a query can say.",
  });
}

async function writeAccessState(
  ctx: Context,
  bucket: string,
  nowMs: number,
  { files, path }: NonNullable<ExportDecisionSqlInput["accessState"]>,
): Promise<number> {
  const windowDays = windowDaysOf(ctx.config);
  const batches = async function* (): AsyncIterable<AccessBatch> {
    for await (const page of ctx.state.objects({ bucket, deleted: "include" }))
      if (page.length > 0) yield accessBatch(page, nowMs, windowDays);
  };
  return (await files.writeTable(path, ACCESS_COLUMNS, batches())).rows;
}
