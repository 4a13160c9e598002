/** Decides made-up objects by a policy file and compares what comes out with what was expected. Asks no store. */
import { NO_ACCESS, type AccessStats, recordReads } from "../core/access-stats.ts";
import { type DecideContext, type Decision, decide } from "../core/decide.ts";
import { addDuration, type Duration, durationDays } from "../core/policy/duration.ts";
import { firstClass } from "../core/policy/first-class.ts";
import { unknownObject } from "../core/object-state.ts";
import { viewOf } from "../core/object-view.ts";
import { requirePermission } from "../core/permission.ts";
import type { PolicyRule } from "../core/policy/policy.ts";
import type { CaseObject, PolicyCase } from "../core/policy/policy-case.ts";
import type { ObjectView } from "../core/strategy.ts";
import { MS_PER_DAY } from "../core/units.ts";
import type { Context } from "./context.ts";
import { PLAIN_BUCKET, decideBy } from "./decide-context.ts";
import { observeOptions } from "./observe-options.ts";

export interface CaseResult {
  readonly name: string;
  readonly where: string;
  readonly passed: boolean;
  readonly decision: Decision["kind"];
  readonly storageClass: string;
  readonly rules: readonly string[];
  /** One sentence for each expectation that was not met. */
  readonly faults: readonly string[];
}

export interface PolicyTest {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly CaseResult[];
}

export interface TestPoliciesInput {
  readonly rules: readonly PolicyRule[];
  readonly cases: readonly PolicyCase[];
}

/** @throws AstraError ASTRA_POLICY_INVALID where a rule names a class that is not there */
export async function testPolicies({ ctx, input }: { ctx: Context; input: TestPoliciesInput }): Promise<PolicyTest> {
  requirePermission(ctx.actor, "object.read");
  const deciding = decideBy(ctx, input.rules, PLAIN_BUCKET);
  const { keepDays } = observeOptions(ctx.config);
  const cases = input.cases.map((each) => runCase(each, deciding, each.atMs ?? ctx.clock.now(), keepDays));
  const passed = cases.filter((each) => each.passed).length;
  return { passed, failed: cases.length - passed, cases };
}

function runCase(each: PolicyCase, context: DecideContext, nowMs: number, keepDays: number): CaseResult {
  const view = caseView(each.object, nowMs, keepDays);
  const decision = decide(view, null, context);
  const storageClass = decision.kind === "move" ? decision.proposal.storageClass : view.storageClass;
  const created = { ...view, storageClass: context.prices.baseClass, ageDays: 0, idleDays: 0, daysInClass: 0 };
  const first =
    each.expect.createIn === null ? null : (firstClass(created, context)?.storageClass ?? created.storageClass);
  const faults = faultsOf(each, decision, storageClass, first);
  const { rules } = decision.policy;
  return {
    name: each.name,
    where: each.where,
    passed: faults.length === 0,
    decision: decision.kind,
    storageClass,
    rules,
    faults,
  };
}

function faultsOf({ expect }: PolicyCase, decision: Decision, storageClass: string, first: string | null): string[] {
  const reason = decision.kind === "refuse" ? decision.refusal : null;
  const kind = reason === null ? decision.kind : `${decision.kind} (${reason})`;
  const faults: string[] = [];
  const compare = (expected: string | null, actual: string | null, what: string): void => {
    if (expected !== null && expected !== actual)
      faults.push(`${what}: expected ${expected}, found ${actual ?? "none"}`);
  };
  if (expect.decision !== decision.kind) compare(expect.decision, kind, "decision");
  compare(expect.storageClass, storageClass, "class");
  compare(expect.reason, reason, "reason");
  compare(expect.createIn, first, "create_in");
  const { rules } = decision.policy;
  if (expect.policy !== null && !rules.includes(expect.policy))
    faults.push(`policy: expected ${expect.policy}, found ${rules.join(", ") || "none"}`);
  return faults;
}

function before(nowMs: number, span: Duration): number {
  // Going back by the calendar: the months first, as they were counted forward.
  return addDuration(nowMs, { text: span.text, months: -span.months, ms: -span.ms });
}

function caseView(object: CaseObject, nowMs: number, keepDays: number): ObjectView {
  const createdMs = before(nowMs, object.age);
  const classSinceMs = object.inClass === null ? createdMs : before(nowMs, object.inClass);
  const { bucket, key, sizeBytes, storageClass, tags, tenant } = object;
  const stored = { key, sizeBytes, storageClass, etag: "", lastModifiedMs: createdMs };
  const access = accessOf(object, nowMs, keepDays);
  const state = { ...unknownObject({ bucket, key }), createdMs, storageClass, classSinceMs, access };
  const view = viewOf(stored, state, nowMs, keepDays, bucket);
  return { ...view, ...(tags !== null && { tags }), ...(tenant !== null && { tenant }) };
}

/** The reads of a case, evenly over the window or the object's life, the last one `idle` ago. */
function accessOf({ age, idle, reads }: CaseObject, nowMs: number, keepDays: number): AccessStats {
  const lastMs = idle === null ? nowMs : before(nowMs, idle);
  const days = Math.max(0, Math.min(keepDays, durationDays(age)) - (nowMs - lastMs) / MS_PER_DAY);
  let access = NO_ACCESS;
  for (let index = reads - 1; index >= 0; index -= 1) {
    const atMs = lastMs - (index / Math.max(1, reads)) * days * MS_PER_DAY;
    access = recordReads(access, atMs, 1, keepDays);
  }
  return access;
}
