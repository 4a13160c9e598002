/** Recomputes the whole audit trail, and the plans it tells of. */
import { CHAIN_START } from "../../core/audit-chain.ts";
import { isAstraError } from "../../core/errors.ts";
import { requirePermission } from "../../core/permission.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import type { Context } from "../context.ts";
import { ChainCheck, type ChainFault, type ChainHead } from "./chain-check.ts";
import { NamedPlans } from "./plan-check.ts";

export interface VerifyAuditInput {
  /** What an earlier check told to keep; the place may be left out. */
  readonly head?: { readonly hash: string; readonly seq: number | null };
}

export interface VerifyAuditResult {
  /** Entries that are as they were written, from the first on. */
  readonly entries: number;
  /** To be kept for the next check, away from the state file. */
  readonly head: ChainHead;
  readonly plans: number;
  /** `null` where the chain is whole. */
  readonly fault: ChainFault | null;
  /** The first plan that is not as it was made, in a sentence. */
  readonly planFault: string | null;
}

/** @throws AstraError ASTRA_STATE_* */
export async function verifyAudit({
  ctx,
  input,
}: {
  ctx: Context;
  input: VerifyAuditInput;
}): Promise<VerifyAuditResult> {
  requirePermission(ctx.actor, "audit.read");
  const check = new ChainCheck();
  const plans = new NamedPlans();
  const { head } = input;
  let isHeadSeen = head === undefined || head.hash === CHAIN_START;
  const unreadable = await walkTrail(ctx, (record) => {
    plans.add(record);
    isHeadSeen ||= record.hash === head?.hash && (head.seq ?? record.seq) === record.seq;
    return check.add(record);
  });
  const fault = check.fault() ?? unreadable ?? (isHeadSeen ? null : lostHead(check.head, head?.seq ?? null));
  return {
    entries: check.head.seq,
    head: check.head,
    plans: plans.size,
    fault,
    planFault: fault ? null : await plans.fault(ctx),
  };
}

/** Hands over entries for as long as they are wanted. @returns what could not be read. */
async function walkTrail(ctx: Context, take: (record: AuditRecord) => boolean): Promise<ChainFault | null> {
  try {
    for await (const page of ctx.state.auditTrail()) {
      for (const record of page) if (!take(record)) return null;
    }
    return null;
  } catch (error) {
    const seq = isAstraError(error, "ASTRA_STATE_CORRUPT") ? /^audit (\d+)$/.exec(error.where ?? "")?.[1] : undefined;
    if (seq === undefined) throw error;
    return { kind: "changed", seq: Number(seq), text: `entry ${seq} was changed: it can't even be read` };
  }
}

/** The chain is whole in itself, but what was kept of it is not in it. */
function lostHead(found: ChainHead, seq: number | null): ChainFault {
  if (seq === null) {
    const text = `no entry has the hash that was kept: the end of the trail was cut off, or the trail was written anew`;
    return { kind: "cut-off", seq: null, text };
  }
  if (seq > found.seq) {
    const text = `the end was cut off: the trail ends with entry ${found.seq}, and entry ${seq} was kept`;
    return { kind: "cut-off", seq: found.seq + 1, text };
  }
  return {
    kind: "rewritten",
    seq,
    text: `entry ${seq} or one before it was written anew: its hash is not the one kept`,
  };
}
