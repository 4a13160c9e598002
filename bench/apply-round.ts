/** One measured run of class changes. */
import { type Round, check, wholeRound } from "./bench-case.ts";
import { type Place, openPlace, scratchFolder } from "./bench-context.ts";
import { measure } from "./measured-process.ts";
import type { BenchOptions } from "./options.ts";
import type { SandboxProcess } from "./sandbox-process.ts";
import type { ApplyInput } from "./work/apply.ts";
import type { PlanInput } from "./work/plan.ts";

/** Large enough to pay the fee of the class that the default strategy chooses for what nobody has read yet. */
export const OBJECT = { sizesBytes: [8 * 1024 ** 2], sizeRun: 1, ageDays: 45 };
export const TARGET = "INTELLIGENT_TIERING";

/** A fresh bucket planned and moved by a fresh process; what it did is read back from the store and the journal. */
export async function applyRound(
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
