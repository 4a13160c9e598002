/** A plan as a file that can be read, kept, approved and applied later: `{"version":1,"header":{…},"moves":[…]}`. */
import { z } from "zod";
import { REFUSALS } from "../core/decide.ts";
import { AstraError } from "../core/errors.ts";
import { INVENTORY_SOURCES } from "../core/inventory.ts";
import { requirePermission } from "../core/permission.ts";
import type { PlanHeader, PlannedMove } from "../core/plan.ts";
import { MOVE_MECHANISMS, RESTORE_SPEEDS } from "../core/plan-terms.ts";
import { REFUSAL_CAUSES } from "../core/refusal-cause.ts";
import { TIERS } from "../core/tier.ts";
import { planAudit } from "./audit/plan-audit.ts";
import type { Context } from "./context.ts";
import { PlanHash } from "./planning/plan-hash.ts";
import { plannedMoves } from "./planning/planned-moves.ts";

const VERSION = 1;
const amount = z.number().finite();
const count = z.number().int().nonnegative();

const move = z.strictObject({
  bucket: z.string().min(1),
  key: z.string().min(1),
  sizeBytes: count,
  etag: z.string().min(1),
  from: z.string().min(1),
  to: z.string().min(1),
  toTier: z.enum(TIERS),
  mechanism: z.enum(MOVE_MECHANISMS),
  rule: z.string(),
  why: z.string(),
  createdMs: amount.nullable(),
  // Caps reckon with it: below nothing, it would lift them.
  feeMicros: amount.nonnegative(),
  savingMicrosPerMonth: amount,
  breakEvenMs: amount,
  worstCaseMicros: amount.nullable(),
  // Absent in plans that were made before there were policies; their hash is over what they have.
  policy: z.string().nullable().exactOptional(),
  orderedByPolicy: z.boolean().exactOptional(),
  restore: z.strictObject({ speed: z.enum(RESTORE_SPEEDS), days: count }).exactOptional(),
  undoes: z.strictObject({ runId: z.string().min(1), seq: count }).exactOptional(),
});

const group = { moves: count, bytes: count, feeMicros: amount, savingMicrosPerMonth: amount };

const refusalTotal = { objects: count, bytes: count, savingMicrosPerMonth: amount, feeMicros: amount };

const breakdown = z.strictObject({
  policies: z.array(z.strictObject({ policy: z.string().nullable(), ...group })),
  prefixes: z.array(z.strictObject({ prefix: z.string(), ...group })),
  classes: z.array(z.strictObject({ from: z.string(), to: z.string(), ...group })),
  rules: z.array(
    z.strictObject({
      policy: z.string().nullable(),
      rule: z.string(),
      from: z.string(),
      to: z.string(),
      toTier: z.enum(TIERS),
      orderedByPolicy: z.boolean(),
      ...group,
    }),
  ),
  cashFlowMicros: z.array(amount),
  worstCaseMicros: amount.nullable(),
  nativeRules: z.array(z.strictObject({ id: z.string(), objects: count })),
  refusals: z.array(
    z.strictObject({
      refusal: z.enum(REFUSALS),
      cause: z.enum(REFUSAL_CAUSES).nullable(),
      to: z.string().nullable(),
      detail: z.string().nullable(),
      limitBytes: count.nullable(),
      ...refusalTotal,
    }),
  ),
  paybackLimitDays: amount,
});

const saving = z.strictObject({
  fromMs: amount,
  days: amount,
  level: amount,
  expectedMicros: amount,
  lowMicros: amount,
  highMicros: amount,
});

const totals = z.strictObject({
  objectsSeen: count,
  bytesSeen: count,
  objectsStaying: count,
  moves: count,
  movedBytes: count,
  feeMicros: amount,
  savingMicrosPerMonth: amount,
  refusals: z.partialRecord(z.enum(REFUSALS), z.strictObject(refusalTotal)),
  classes: z.record(z.string(), z.strictObject({ objects: count, bytes: count })),
  breakdown: breakdown.exactOptional(),
  saving: saving.nullable().exactOptional(),
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const part = z.strictObject({ file: z.string(), rows: count, moves: count, sizeBytes: count, sha256 });

const header = z.strictObject({
  id: z.string().regex(/^[\w-]{1,100}$/, "is no id of a plan"),
  bucket: z.string().min(1),
  createdMs: amount,
  strategy: z.string(),
  priceBook: z.string(),
  totals,
  effects: z
    .strictObject({
      notifications: z.boolean(),
      replication: z.boolean(),
      versions: z.enum(["none", "kept", "dropped"]),
      lifecycleRuleIds: z.array(z.string()),
    })
    .exactOptional(),
  inventory: z.strictObject({ id: z.string(), source: z.enum(INVENTORY_SOURCES), takenMs: amount }).exactOptional(),
  parts: z.array(part).exactOptional(),
  hash: sha256,
});

const file = z.strictObject({ version: z.literal(VERSION), header, moves: z.array(move) });

/** The file's text in pieces, one move a line, so that large plans are written without being held. */
export async function* planFileText({
  ctx,
  input,
}: {
  ctx: Context;
  input: { readonly planId: string };
}): AsyncIterable<string> {
  requirePermission(ctx.actor, "object.read");
  const known = await ctx.state.plan(input.planId);
  if (!known) throw new AstraError("ASTRA_PLAN_INVALID", `there is no plan ${input.planId}`);
  yield `{"version":${VERSION},"header":${JSON.stringify(known)},"moves":[`;
  let separator = "\n";
  for await (const page of plannedMoves(ctx, known)) {
    yield separator + page.map((stored) => JSON.stringify(stored.move)).join(",\n");
    separator = ",\n";
  }
  yield "\n]}\n";
}

export interface ImportPlanInput {
  /** The parsed file. */
  readonly json: unknown;
  /** Name of the file, for errors. */
  readonly where: string;
}

/**
 * Checks a plan file and stores its plan where the state does not hold it yet.
 * @throws AstraError ASTRA_PLAN_INVALID where the file is not what was planned.
 */
export async function importPlan({ ctx, input }: { ctx: Context; input: ImportPlanInput }): Promise<PlanHeader> {
  requirePermission(ctx.actor, "plan.write");
  const plan = checkedPlan(input);
  const known = await ctx.state.plan(plan.header.id);
  if (known) {
    if (known.hash === plan.header.hash && (await isAsStored(ctx, known, plan.moves))) return known;
    throw new AstraError("ASTRA_PLAN_INVALID", `the file differs from the plan ${known.id} as it was made`, {
      where: input.where,
    });
  }
  if (plan.header.parts) {
    throw new AstraError("ASTRA_PLAN_INVALID", "the plan was decided in batch, and its parts are not on this machine", {
      where: input.where,
      fix: "Apply it where it was made, or with the state and the folder `plans` of there.",
    });
  }
  const audit = planAudit(ctx, "plan.import", { file: input.where });
  return ctx.state.putPlan(plan.header.id, inOnePage(plan.moves), () => plan.header, audit);
}

async function* inOnePage(moves: readonly PlannedMove[]): AsyncIterable<readonly PlannedMove[]> {
  if (moves.length > 0) yield moves;
}

interface PlanFile {
  readonly header: PlanHeader;
  readonly moves: readonly PlannedMove[];
}

/** The hash of a plan with parts is over their files, not over the moves that the file has. */
async function isAsStored(ctx: Context, known: PlanHeader, moves: readonly PlannedMove[]): Promise<boolean> {
  if (!known.parts) return true;
  for await (const page of plannedMoves(ctx, known)) {
    for (const { seq, move: stored } of page) {
      if (JSON.stringify(moves[seq]) !== JSON.stringify(stored)) return false;
    }
  }
  return true;
}

/** The hash is over fields in the order in which plans are made; the schemas above give that order back. */
function checkedPlan({ json, where }: ImportPlanInput): PlanFile {
  const parsed = file.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AstraError("ASTRA_PLAN_INVALID", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`, {
      where,
    });
  }
  const { header: found, moves } = parsed.data;
  const { hash, ...head } = found;
  const sum = new PlanHash();
  for (const planned of head.parts ? [] : moves) sum.add(planned);
  const isWhole = moves.length === head.totals.moves && moves.every((planned) => planned.bucket === head.bucket);
  if (!isWhole || sum.signed(head).hash !== hash) {
    throw new AstraError("ASTRA_PLAN_INVALID", "the file was changed after the plan was made", { where });
  }
  return { header: { ...head, hash }, moves };
}
