/** A finding about a rule, made before anything runs. */

/** What is wrong with a rule. */
export type FindingKind = "shadowed" | "contradictory" | "unreachable" | "money-losing" | "overlapping" | "uncompared";

export interface PolicyFinding {
  /** `error` where a rule can't do what it says. */
  readonly severity: "error" | "warning";
  readonly kind: FindingKind;
  readonly rule: string;
  /** `file:line:column` */
  readonly where: string;
  readonly message: string;
  readonly fix: string;
}
