/** Why a run stops before its plan is through, and what an operator does about it. */

/** Every brake, once; of several that hold at a time, the first one here is named. */
export const STOP_REASONS = [
  "brake",
  "operator",
  "error_rate",
  "canary",
  "window",
  "fee_per_run",
  "fee_per_day",
  "objects_per_run",
  "bytes_per_run",
] as const;
export type StopReason = (typeof STOP_REASONS)[number];

/** A stop in words: what held the run, and how it goes on. */
export interface StopAdvice {
  /** One sentence without its full stop. */
  readonly text: string;
  readonly fix: string;
}

const ADVICE: Readonly<Record<StopReason, StopAdvice>> = {
  brake: {
    text: "the brake is on",
    fix: "See who set it and why with `astra brake`; after `astra brake off`, apply the plan again: it goes on where it stood.",
  },
  operator: {
    text: "an operator stopped the run",
    fix: "Let it go on with `astra runs resume ID`, then apply the plan again.",
  },
  error_rate: {
    text: "too many of the last operations failed",
    fix: "Read the reasons with `astra runs ID` and remove the cause, then apply the plan again; `brakes.error_rate_percent` is the limit.",
  },
  canary: {
    text: "the first slice did not end as the plan promised",
    fix: "Correct what it names and make a new plan; `brakes.canary.accept_loss: true` accepts moves that lose money.",
  },
  window: {
    text: "the maintenance window is closed",
    fix: "Apply the plan again once it is open, or change `brakes.windows`.",
  },
  fee_per_run: {
    text: "the next move would pass the fee cap of a run",
    fix: "Raise `brakes.fee_per_run_usd` and apply the plan again, or make a new plan of what is left.",
  },
  fee_per_day: {
    text: "the next move would pass the fee cap of the day (UTC)",
    fix: "Apply the plan again tomorrow, or raise `brakes.fee_per_day_usd`.",
  },
  objects_per_run: {
    text: "the next move would pass the cap of objects in a run",
    fix: "Raise `brakes.objects_per_run` and apply the plan again, or make a new plan of what is left.",
  },
  bytes_per_run: {
    text: "the next move would pass the cap of bytes in a run",
    fix: "Raise `brakes.bytes_per_run` and apply the plan again, or make a new plan of what is left.",
  },
};

/** What to tell people of a stop. */
export function stopAdvice(reason: StopReason): StopAdvice {
  return ADVICE[reason];
}

/** Whether a word read back from the state is one of ours. */
export function isStopReason(word: string): word is StopReason {
  return Object.hasOwn(ADVICE, word);
}
