/** What an export can't express or must not touch: counted by reason, never silently dropped. */

/** Why a planned move is in no exported job or rule. */
export const LEFT_OUT_REASONS = [
  "too_large",
  "by_tag",
  "default_retention",
  "changed",
  "missing",
  "unreadable",
  "legal_hold",
  "retention_lock",
  "replication_pending",
  "restore_in_progress",
  "website_redirect",
  "acl",
  "foreign_owner",
  "null_version",
  "encryption",
] as const;
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** In words for people. */
export const LEFT_OUT_WORDS: Readonly<Record<LeftOutReason, string>> = {
  too_large: "larger than one copy of Batch Operations may be (5 GB)",
  by_tag: "planned as a tag that one of the bucket's own rules waits for",
  default_retention: "the bucket locks every new version by itself",
  changed: "changed since the plan was made",
  missing: "gone since the plan was made",
  unreadable: "can't be looked at with these credentials (a key of the customer's own, or permissions)",
  legal_hold: "under a legal hold",
  retention_lock: "under a retention lock",
  replication_pending: "replication has not come to its end",
  restore_in_progress: "somebody's restore is under way",
  website_redirect: "has a website redirect, which such a copy loses",
  acl: "has an ACL of its own, which such a copy loses",
  foreign_owner: "belongs to another account",
  null_version: "versions are suspended, and a copy would replace another version for good",
  encryption: "encrypted in a way that such a job can't state",
};

/** Moves left out for one reason. */
export interface LeftOut {
  readonly reason: LeftOutReason;
  readonly moves: number;
  readonly bytes: number;
}

/** Counts what is left out. */
export class LeftOutTally {
  readonly #sums = new Map<LeftOutReason, { moves: number; bytes: number }>();

  add(reason: LeftOutReason, sizeBytes: number): void {
    const so = this.#sums.get(reason) ?? { moves: 0, bytes: 0 };
    this.#sums.set(reason, { moves: so.moves + 1, bytes: so.bytes + sizeBytes });
  }

  /** In the order of {@link LEFT_OUT_REASONS}. */
  result(): readonly LeftOut[] {
    return LEFT_OUT_REASONS.flatMap((reason) => {
      const sum = this.#sums.get(reason);
      return sum ? [{ reason, ...sum }] : [];
    });
  }
}
