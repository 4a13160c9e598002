/** The work that can be measured in a process of its own, by name. */
import type { WorkDone } from "./outcome.ts";

interface WorkModule {
  work(input: unknown): Promise<WorkDone>;
}

export const WORK = {
  log: () => import("./work/log.ts"),
  produce: () => import("./work/produce.ts"),
  stream: () => import("./work/stream.ts"),
  "stock-state": () => import("./work/stock-state.ts"),
  "stock-inventory": () => import("./work/stock-inventory.ts"),
  "plan-inventory": () => import("./work/plan-inventory.ts"),
  "paced-produce": () => import("./work/paced-produce.ts"),
  "decision-latency": () => import("./work/decision-latency.ts"),
  "access-logs": () => import("./work/access-logs.ts"),
  "ingest-access-logs": () => import("./work/ingest-access-logs.ts"),
  uploads: () => import("./work/uploads.ts"),
  decide: () => import("./work/decide.ts"),
  plan: () => import("./work/plan.ts"),
  apply: () => import("./work/apply.ts"),
  list: () => import("./work/list.ts"),
  "list-sdk": () => import("./work/list-sdk.ts"),
  optimum: () => import("./work/optimum.ts"),
  "decision-table": () => import("./work/decision-table.ts"),
} as const satisfies Readonly<Record<string, () => Promise<WorkModule>>>;

export type WorkName = keyof typeof WORK;
export const WORK_NAMES = [
  "log",
  "produce",
  "stream",
  "stock-state",
  "stock-inventory",
  "plan-inventory",
  "paced-produce",
  "decision-latency",
  "access-logs",
  "ingest-access-logs",
  "uploads",
  "decide",
  "plan",
  "apply",
  "list",
  "list-sdk",
  "optimum",
  "decision-table",
] as const satisfies readonly WorkName[];
