/** A batch's thread: opens a context of its own, decides one inventory, and tells how far it is. */
import { parentPort, workerData } from "node:worker_threads";
import { toAstraError } from "../core/errors.ts";
import type { PlanHeader } from "../core/plan.ts";
import { planInventory } from "../services/planning/plan-inventory.ts";
import { type BatchAnswer, type BatchOrder, STOP } from "./batch-messages.ts";
import { openContext } from "./wiring.ts";

/** Often enough for the eye. */
const TOLD_EVERY_MS = 100;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (answer: BatchAnswer): void => parentPort?.postMessage(answer);

try {
  // Whoever starts the thread gives it an order.
  const order: BatchOrder = workerData;
  tell({ kind: "plan", header: await decided(order) });
} catch (error) {
  const { code, message, where = null, fix, stack = null } = toAstraError(error);
  tell({ kind: "error", code, message, where, fix, stack });
}

async function decided({ config, input }: BatchOrder): Promise<PlanHeader> {
  const stop = new AbortController();
  parentPort?.on("message", (message) => {
    if (message === STOP) stop.abort();
  });
  await using ctx = await openContext(config, { signal: stop.signal });
  let toldMs = 0;
  const progress = (done: number, total: number | null, unit: string): void => {
    const nowMs = performance.now();
    if (nowMs - toldMs < TOLD_EVERY_MS) return;
    toldMs = nowMs;
    tell({ kind: "progress", done, total, unit });
  };
  return planInventory({ ctx, input: { ...input, progress } });
}
