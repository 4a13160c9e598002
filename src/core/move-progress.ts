/** What a journal line keeps of a move under way, for whoever takes the line up after a crash. */
import type { RestoreSpeedName } from "./plan-terms.ts";

/** Properties that a copy has to state anew, as they were before it: a restart verifies by them. */
export interface CarriedProperties {
  readonly metadata: Readonly<Record<string, string>>;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly websiteRedirect: string | null;
  readonly tagCount: number;
  readonly encryption: {
    readonly algorithm: string;
    readonly kmsKeyId: string | null;
    readonly bucketKey: boolean;
  } | null;
  readonly checksum: { readonly algorithm: string; readonly value: string; readonly type: string } | null;
  readonly versionId: string | null;
  /** Grants in a stable order, one string each; `null` where the bucket has no ACLs. */
  readonly grants: readonly string[] | null;
}

/** A field is set once the step it tells of has begun. */
export interface MoveProgress {
  /** Day under which the move's fee was reserved: `day:2026-11-23`. */
  readonly spendDay: string;
  readonly before?: CarriedProperties;
  /** Multipart upload of the copy: aborted by whoever takes the line up. */
  readonly uploadId?: string;
  /** Readable copy asked for. */
  readonly restore?: RestoreProgress;
  /** Tag set for a lifecycle rule to find. */
  readonly tag?: {
    readonly ruleId: string;
    readonly setMs: number;
    /** Name and value, to be taken off also where the rule is no more. */
    readonly tag?: readonly [name: string, value: string];
  };
}

/** A restore that was asked for. */
export interface RestoreProgress {
  readonly speed: RestoreSpeedName;
  /** When it was last asked for, and how often: a copy that expired before it was used is asked for again, not for ever. */
  readonly askedMs: number;
  readonly asks: number;
}
