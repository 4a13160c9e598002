import { importMetadata } from "../../src/services/exchange-metadata.ts";
import { type BenchCase, type Round, check } from "../bench-case.ts";
import { type Place, openPlace, scratchFolder } from "../bench-context.ts";
import { SIZES_BYTES, SIZE_RUN, expectedOutcomes, sorted } from "../decide-objects.ts";
import { measure } from "../measured-process.ts";
import { type BenchOptions, amount } from "../options.ts";
import { type Outcome, phaseOf } from "../outcome.ts";
import { startSandboxProcess } from "../sandbox-process.ts";
import type { DecideInput } from "../work/decide.ts";
import type { PlanInput } from "../work/plan.ts";

const VIEWS = 100_000;
const PASSES = 10;
const OBJECTS = 50_000;

export const plan: BenchCase = {
  name: "plan",
  summary: "matrix, prices and guards for one object after another; and the whole plan: list, join, decide, store",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const whole = await planRounds(options, objects);
    const kernel = await kernelRounds(options);
    return {
      unit: "object",
      main: { name: "plan (list, join, decide, store)", rounds: whole },
      parts: [{ name: "decide alone", rounds: kernel }],
      peers: [],
      amount: { objects },
      detail: { checked: "every outcome against an oracle that shares no code with the engine" },
    };
  },
};

async function kernelRounds(options: BenchOptions): Promise<Round[]> {
  const objects = amount(null, VIEWS, options.quick);
  const expected = expectedOutcomes(objects, Date.now()).counts;
  const timesPasses = sorted(Object.entries(expected).map(([outcome, count]) => [outcome, count * PASSES]));
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    const input: DecideInput = { objects, passes: PASSES };
    const outcome = await measure("decide", input, options.profile);
    const found = sorted(Object.entries(outcome.found).map(([name, count]) => [name, Number(count)]));
    check("decisions", found, timesPasses);
    rounds.push(roundOf(outcome, "decide", null));
  }
  return rounds;
}

function roundOf(outcome: Outcome, phase: string, processCpuSeconds: number | null): Round {
  return { phase: phaseOf(outcome, phase), rssPeakBytes: outcome.rssPeakBytes, processCpuSeconds };
}

async function planRounds(options: BenchOptions, objects: number): Promise<Round[]> {
  const rounds: Round[] = [];
  await using sandbox = await startSandboxProcess(options.latencyMs);
  await using folder = await scratchFolder();
  const bucket = "decide";
  const place = { folder: folder.path, bucket, endpoint: sandbox.endpoint, brokers: null };
  await sandbox.stock({
    bucket,
    count: objects,
    sizesBytes: [...SIZES_BYTES],
    sizeRun: SIZE_RUN,
    ageDays: 0,
    rich: false,
  });
  const { counts, classes, metadata } = expectedOutcomes(objects, Date.now());
  {
    await using ctx = await openPlace(place);
    await importMetadata({ ctx, input: { bucket, json: metadata, where: "the benchmark's objects" } });
  }
  for (let round = 1; round <= options.rounds; round++) {
    const outcome = await measure("plan", { place, objects } satisfies PlanInput, options.profile);
    await checkPlan(place, outcome, counts, classes);
    rounds.push(roundOf(outcome, "plan", outcome.processCpuSeconds));
  }
  return rounds;
}

/** Reads the stored plan anew: each move must go where the oracle says, and the rest must be refused or stay. */
async function checkPlan(
  place: Place,
  { found }: Outcome,
  counts: Readonly<Record<string, number>>,
  classes: ReadonlyMap<string, string>,
): Promise<void> {
  await using ctx = await openPlace(place);
  const outcomes = new Map<string, number>();
  for (const outcome of ["stay", "payback", "saving_under_fee"]) {
    if (outcome in found) outcomes.set(outcome, Number(found[outcome]));
  }
  for await (const page of ctx.state.plannedMoves(String(found["id"]))) {
    for (const { move } of page) {
      check(`class planned for ${move.key}`, move.to, classes.get(move.key));
      outcomes.set(move.to, (outcomes.get(move.to) ?? 0) + 1);
    }
  }
  check("outcomes of the plan", sorted(outcomes), counts);
}
