/** Decides an inventory in a thread of its own: the engine calls the decision on the thread that opened it, and keeps it busy. */
import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { AstraError } from "../core/errors.ts";
import type { PlanHeader } from "../core/plan.ts";
import type { Context } from "../services/context.ts";
import type { PlanInventoryInput } from "../services/planning/plan-inventory.ts";
import { type BatchAnswer, type BatchOrder, STOP } from "./batch-messages.ts";

/** From the source, and from the bundle with its chunks in a folder. */
const ENTRIES = ["./batch-worker.ts", "./batch-worker.js", "../batch-worker.js"];

/** @throws whatever `planInventory` throws */
export async function planInThread(ctx: Context, input: PlanInventoryInput): Promise<PlanHeader> {
  const { progress, ...rest } = input;
  const order: BatchOrder = { config: ctx.config, input: rest };
  const worker = new Worker(workerUrl(), {
    workerData: order,
    name: "astra-batch",
    // What a row leaves behind dies at once: in a large nursery, before it is looked at.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const stop = (): void => worker.postMessage(STOP);
  if (ctx.signal.aborted) stop();
  ctx.signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<PlanHeader>((done, failed) => {
      worker.on("message", (answer: BatchAnswer) => {
        if (answer.kind === "progress") progress?.(answer.done, answer.total, answer.unit);
        else if (answer.kind === "plan") done(answer.header);
        else failed(errorOf(answer));
      });
      worker.on("error", failed);
      worker.on("exit", (code) => failed(new AstraError("ASTRA_INTERNAL", `the batch's thread ended with ${code}`)));
    });
  } finally {
    ctx.signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function workerUrl(): URL {
  const urls = ENTRIES.map((entry) => new URL(entry, import.meta.url));
  const found = urls.find((url) => existsSync(url));
  if (!found) throw new AstraError("ASTRA_INTERNAL", "the batch's thread is missing in this installation");
  return found;
}

function errorOf({ code, message, where, fix, stack }: Extract<BatchAnswer, { readonly kind: "error" }>): AstraError {
  const cause = stack === null ? undefined : Object.assign(new Error(message), { stack });
  return new AstraError(code, message, { fix, ...(where !== null && { where }), ...(cause && { cause }) });
}
