/** What must hold of the moves themselves: none twice, none against a hold or a brake, none past a cap, all accounted for. */
import { createHash } from "node:crypto";
import { CHAIN_START, chainText } from "../../src/core/audit-chain.ts";
import { dayScope, runScope } from "../../src/core/spend.ts";
import type { JournalEntry, RunRecord } from "../../src/ports/state-store.ts";
import type { WriteEffect } from "./effects.ts";
import type { Check } from "./judge.ts";
import type { World } from "./world.ts";

const MICROS = 1_000_000;
const NANOS = 1000;

export const movesAllowed: Check = ({ network: { effects } }) =>
  effects.flatMap((effect) => {
    const findings: string[] = [];
    if (effect.kind !== "copy") return findings;
    if (effect.from === effect.to) findings.push(`${told(effect)}: it was moved twice`);
    if (effect.isOfUnseen) findings.push(`${told(effect)}: it had been written anew`);
    if (effect.isAgainstHold) findings.push(`${told(effect)}: it was held`);
    if (effect.isAgainstBrake) findings.push(`${told(effect)}: the brake was on`);
    return findings;
  });

/** Nothing is deleted but the version that a copy of ours left, where that was ordered. */
export const removalsAllowed: Check = ({ network: { effects }, setting }) =>
  effects.flatMap((effect) => {
    if (effect.kind !== "removal") return [];
    const isOwn = effects.some(
      (copy) => copy.kind === "copy" && copy.key === effect.key && copy.versionBefore === effect.versionBefore,
    );
    const isOrdered = setting.kind.versioning && setting.config.engine.drop_own_noncurrent;
    return isOwn && isOrdered ? [] : [`${told(effect)}: nobody ordered it`];
  });

export const versionsKept: Check = ({ model, sandbox, network: { effects }, bucket }) =>
  [...model.objects].flatMap(([key, { ownVersions }]) => {
    const there = new Set(sandbox.versions(bucket, key).map(({ versionId }) => versionId));
    const removed = new Set(
      effects.filter((effect) => effect.kind === "removal" && effect.key === key).map((effect) => effect.versionBefore),
    );
    return [...ownVersions]
      .filter((id) => !there.has(id) && !removed.has(id))
      .map((id) => `${key}: its owner's version ${id} is lost`);
  });

export const uploadsAllowed: Check = ({ network: { effects }, model }) =>
  effects
    .filter(({ kind, key }) => kind === "upload" && !model.object(key).isIngested)
    .map((effect) => `${told(effect)}: nobody ordered it`);

export const capsKept: Check = async ({ state, setting, network: { billedMicros } }) => {
  const { fee_per_run_usd, fee_per_day_usd, objects_per_run } = setting.config.brakes;
  const findings: string[] = [];
  for (const run of await state.runs(1000)) {
    const [spent] = await state.spent([runScope(run.id)]);
    if (!spent) continue;
    if (spent.feeNanos > fee_per_run_usd * MICROS * NANOS) findings.push(`run ${run.id} spent ${spent.feeNanos} nanos`);
    if (spent.objects > objects_per_run) findings.push(`run ${run.id} moved ${spent.objects} objects`);
    if (spent.feeNanos < 0 || spent.objects < 0 || spent.bytes < 0)
      findings.push(`run ${run.id} gave back more than it took: ${JSON.stringify(spent)}`);
  }
  for (const [day, billed] of billedMicros) {
    const [spent] = await state.spent([dayScope(Date.parse(day))]);
    if ((spent?.feeNanos ?? 0) > fee_per_day_usd * MICROS * NANOS)
      findings.push(`on ${day} ${spent?.feeNanos} nanos were spent`);
    if (billed > fee_per_day_usd * MICROS) findings.push(`on ${day} the store charged ${billed} micros for moves`);
  }
  return findings;
};

/** What the store charged for our writes was reserved before. */
export const billReserved: Check = async ({ state, setting, network: { billedMicros } }) => {
  // Parts as small as here are no store's: nobody reserves their requests.
  if (setting.areCopiesInParts) return [];
  const scopes = (await state.runs(1000)).map((run) => runScope(run.id));
  const reserved = (await state.spent(scopes)).reduce((sum, { feeNanos }) => sum + feeNanos, 0) / NANOS;
  const billed = [...billedMicros.values()].reduce((sum, micros) => sum + micros, 0);
  return billed > reserved ? [`the store charged ${billed} micros for moves, ${reserved} were reserved`] : [];
};

/** Runs, journal, plans and the store tell the same story. */
export const runsAddUp: Check = async (world) => {
  const findings: string[] = [];
  const done: JournalEntry[] = [];
  const others: JournalEntry[] = [];
  for (const run of await world.state.runs(1000)) {
    const lines = await linesOf(world, run);
    for (const line of lines) (line.state === "done" || line.state === "undone" ? done : others).push(line);
    findings.push(...runFindings(run, lines));
    const plan = await world.state.plan(run.planId);
    const isOver = run.state === "done" || run.state === "partly";
    if (isOver && lines.length !== plan?.totals.moves)
      findings.push(`run ${run.id} is ${run.state} with ${lines.length} of ${plan?.totals.moves} moves`);
  }
  return [...findings, ...effectFindings(world.network.effects, done, others)];
};

async function linesOf({ state }: World, run: RunRecord): Promise<JournalEntry[]> {
  const lines: JournalEntry[] = [];
  for await (const page of state.journalOfRun(run.id)) lines.push(...page);
  return lines;
}

function runFindings(run: RunRecord, lines: readonly JournalEntry[]): string[] {
  const count = (...states: readonly string[]): number => lines.filter(({ state }) => states.includes(state)).length;
  const counted = { done: count("done", "undone"), failed: count("failed"), skipped: count("skipped") };
  return Object.entries(counted).flatMap(([name, n]) => {
    const said = name === "done" ? run.done : name === "failed" ? run.failed : run.skipped;
    return said === n
      ? []
      : [
          `run ${run.id} (${run.state}) says ${said} ${name}, its journal ${n}: ${lines.map(({ seq, state }) => `${seq} ${state}`).join(", ")}`,
        ];
  });
}

/** Every move done is one copy in the store; a copy more has a line that says what became of it. */
function effectFindings(
  effects: readonly WriteEffect[],
  done: readonly JournalEntry[],
  others: readonly JournalEntry[],
): string[] {
  const id = (key: string, to: string): string => `${key} → ${to}`;
  const copies = Map.groupBy(
    effects.filter(({ kind }) => kind === "copy"),
    ({ key, to }) => id(key, to),
  );
  const doneBy = Map.groupBy(done, ({ move }) => id(move.key, move.to));
  const othersBy = Map.groupBy(others, ({ move }) => id(move.key, move.to));
  const planned = new Set([...done, ...others].map(({ move }) => `${move.key} ${move.etag}`));
  const findings = effects
    .filter((effect) => effect.kind === "copy" && !planned.has(`${effect.key} ${effect.etagBefore}`))
    .map((effect) => `${told(effect)}: what was copied was in no plan`);
  for (const name of new Set([...copies.keys(), ...doneBy.keys()])) {
    const made = copies.get(name)?.length ?? 0;
    const said = doneBy.get(name)?.length ?? 0;
    const unsaid = othersBy.get(name)?.length ?? 0;
    if (said > made) findings.push(`${name}: ${said} times done, copied ${made} times`);
    if (made > said + unsaid) findings.push(`${name}: copied ${made} times, ${said} done and ${unsaid} otherwise`);
  }
  return findings;
}

export const auditWhole: Check = async ({ state }) => {
  let previous = CHAIN_START;
  let seq = 0;
  for await (const page of state.auditTrail()) {
    for (const entry of page) {
      seq += 1;
      const hash = createHash("sha256")
        .update(chainText(previous, seq, entry))
        .digest("hex");
      if (entry.seq !== seq || entry.previousHash !== previous || entry.hash !== hash)
        return [`the audit chain is broken at ${seq}`];
      previous = hash;
    }
  }
  return seq === 0 ? ["nothing was audited"] : [];
};

function told({ step, process, kind, key, from, to }: WriteEffect): string {
  return `step ${step}, ${process}: ${kind} of ${key} (${from} → ${to})`;
}
