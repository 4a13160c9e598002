/** A case of a policy test: an object, and what should be decided of it. */
import type { Refusal } from "../decide.ts";
import type { Duration } from "./duration.ts";

/** The object as a listing and the state would show it. */
export interface CaseObject {
  readonly bucket: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly storageClass: string;
  /** Since creation. */
  readonly age: Duration;
  /** Since the last read; without it, since now where there are reads. */
  readonly idle: Duration | null;
  /** In the present class; its whole age without it. */
  readonly inClass: Duration | null;
  /** Within the window the strategies look at, spread evenly up to the last one. */
  readonly reads: number;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly tenant: string | null;
}

/** What is left out is not asked for. */
export interface CaseExpectation {
  readonly decision: "stay" | "move" | "refuse" | null;
  /** Where the object is afterwards. */
  readonly storageClass: string | null;
  readonly reason: Refusal | null;
  /** A rule that must be among those that match. */
  readonly policy: string | null;
  /** Class it is first written to. */
  readonly createIn: string | null;
}

export interface PolicyCase {
  readonly name: string;
  /** `file:line:column` */
  readonly where: string;
  readonly atMs: number | null;
  readonly object: CaseObject;
  readonly expect: CaseExpectation;
}
