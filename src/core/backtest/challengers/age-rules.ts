/**
 * `lifecycle`: rules by age alone, as S3 Lifecycle has them. An object goes straight to the class of its age, so one that is
 * old on the first charged day skips the steps between.
 */
import type { ObjectPolicy } from "../object-policy.ts";
import type { Trace } from "../../trace/trace.ts";

/** From `day` on, an object belongs into class `storageClass` (index into the class set). */
export interface DueStep {
  /** Counted as the trace's days are. */
  readonly day: number;
  readonly storageClass: number;
}

/** Steps of one object, ascending by day, each colder than the one before; empty where no rule speaks of it. */
export type DueSteps = (trace: Trace, object: number) => readonly DueStep[];

/** The policy of the steps given. */
export function ageRulesPolicy(stepsOf: DueSteps): ObjectPolicy {
  return {
    name: "lifecycle",
    follow(account, object, { trace }) {
      const steps = stepsOf(trace, object);
      const present = steps.findLastIndex(({ day }) => day <= account.day);
      for (const { day, storageClass } of steps.slice(Math.max(0, present))) {
        account.advance(day);
        if (account.isOver) return;
        account.move(storageClass);
      }
    },
  };
}

/** Ages in days of the usual rules, and their classes (docs/intelligence.md). */
const USUAL = [
  { ageDays: 30, storageClass: "STANDARD_IA" },
  { ageDays: 90, storageClass: "GLACIER_IR" },
];
const USUAL_WITH_ARCHIVES = [
  { ageDays: 30, storageClass: "STANDARD_IA" },
  { ageDays: 90, storageClass: "GLACIER" },
  { ageDays: 180, storageClass: "DEEP_ARCHIVE" },
];

/** The usual rules for a set of classes: 30 and 90 days, and 180 where archives are allowed; of every size. */
export function usualAgeRules(classNames: readonly string[]): DueSteps {
  const usual = classNames.includes("DEEP_ARCHIVE") ? USUAL_WITH_ARCHIVES : USUAL;
  const steps = usual.map(({ ageDays, storageClass }) => ({ ageDays, index: classNames.indexOf(storageClass) }));
  return ({ createdDay }, object) =>
    steps.map(({ ageDays, index }) => ({ day: (createdDay[object] ?? 0) + ageDays, storageClass: index }));
}
