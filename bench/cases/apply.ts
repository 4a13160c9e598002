import { type BenchCase, type NotRun, type Round, type Series, check, wholeRound } from "../bench-case.ts";
import { type Place, openPlace, scratchFolder } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { type BenchOptions, amount } from "../options.ts";
import { ensureS5cmd, runS5cmd } from "../peers.ts";
import { type SandboxProcess, startSandboxProcess } from "../sandbox-process.ts";
import type { ApplyInput } from "../work/apply.ts";
import type { PlanInput } from "../work/plan.ts";

const OBJECTS = 10_000;
/** Large enough to pay the fee of the class that the default strategy chooses for what nobody has read yet. */
const OBJECT = { sizesBytes: [8 * 1024 ** 2], sizeRun: 1, ageDays: 45 };
const TARGET = "INTELLIGENT_TIERING";

export const apply: BenchCase = {
  name: "apply",
  summary: "class changes by a stored plan: HEAD, conditional copy, HEAD, journal, state and audit; CPU of the client",
  async run(options) {
    const objects = amount(options.objects, OBJECTS, options.quick);
    const s5cmd = await ensureS5cmd();
    const plain: Round[] = [];
    const rich: Round[] = [];
    const theirs: Round[] = [];
    await using sandbox = await startSandboxProcess(options.latencyMs);
    for (let round = 1; round <= options.rounds; round++) {
      // In turns, so that a busy stretch of a shared machine meets all of them.
      plain.push(await ourRound(options, sandbox, `plain-${round}`, objects, false));
      if (!("missing" in s5cmd)) theirs.push(await s5cmdRound(sandbox, s5cmd.command, `s5cmd-${round}`, objects));
      rich.push(await ourRound(options, sandbox, `rich-${round}`, objects, true));
    }
    const peer: Series | NotRun =
      "missing" in s5cmd
        ? { name: "s5cmd", reason: s5cmd.missing }
        : { name: `s5cmd ${s5cmd.version}`, rounds: theirs };
    return {
      unit: "object",
      amount: { objects },
      main: { name: "class change, verified and journalled", rounds: plain },
      parts: [{ name: "the same with metadata, headers and tags", rounds: rich }],
      peers: [peer],
      detail: {
        latencyMs: options.latencyMs,
        checked: "classes in the store's own memory, and every line of the journal by a second reader",
        peerDoes: "one CopyObject an object; no HEAD, no condition, no verification, no journal",
      },
    };
  },
};

async function ourRound(
  options: BenchOptions,
  sandbox: SandboxProcess,
  bucket: string,
  objects: number,
  rich: boolean,
): Promise<Round> {
  await using folder = await scratchFolder();
  const place = { folder: folder.path, bucket, endpoint: sandbox.endpoint, brokers: null };
  await sandbox.stock({ bucket, count: objects, ...OBJECT, rich });
  const planned = await measure("plan", { place, objects } satisfies PlanInput, null);
  check("moves planned", planned.found["moves"], objects);
  const input: ApplyInput = { place, objects, planId: String(planned.found["id"]) };
  const outcome = await measure("apply", input, options.profile);
  const { done, failed, skipped, id } = outcome.found;
  check("what the run counted", { done, failed, skipped }, { done: objects, failed: 0, skipped: 0 });
  await checkJournal(place, String(id), objects);
  check("classes in the store", (await sandbox.tally(bucket)).byClass, { [TARGET]: objects });
  return wholeRound(outcome, "apply");
}

async function checkJournal(place: Place, runId: string, objects: number): Promise<void> {
  await using ctx = await openPlace(place);
  let done = 0;
  for await (const page of ctx.state.journalOfRun(runId))
    for (const { state } of page) done += Number(state === "done");
  check("journal lines that are done", done, objects);
}

async function s5cmdRound(sandbox: SandboxProcess, command: string, bucket: string, objects: number): Promise<Round> {
  await sandbox.stock({ bucket, count: objects, ...OBJECT, rich: false });
  const args = ["cp", "--storage-class", TARGET, `s3://${bucket}/*`, `s3://${bucket}/`];
  const { round } = await runS5cmd(command, sandbox.endpoint, args, objects);
  check("classes in the store after s5cmd", (await sandbox.tally(bucket)).byClass, { [TARGET]: objects });
  return round;
}
