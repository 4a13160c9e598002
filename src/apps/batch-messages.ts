/** What a batch's thread and the one that started it tell each other. */
import type { Config } from "../config/schema.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { PlanHeader } from "../core/plan.ts";
import type { PlanInventoryInput } from "../services/planning/plan-inventory.ts";

/** What the thread is started with. */
export interface BatchOrder {
  readonly config: Config;
  readonly input: Omit<PlanInventoryInput, "progress">;
}

/** Sent to a thread that is to end what it does. */
export const STOP = "stop";

export type BatchAnswer =
  | { readonly kind: "progress"; readonly done: number; readonly total: number | null; readonly unit: string }
  | { readonly kind: "plan"; readonly header: PlanHeader }
  | {
      readonly kind: "error";
      readonly code: ErrorCode;
      readonly message: string;
      readonly where: string | null;
      readonly fix: string;
      readonly stack: string | null;
    };
