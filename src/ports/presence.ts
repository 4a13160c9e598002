/** Which process this is, and whether another one still is. */
export interface Presence {
  /** Unique among all processes of all machines. */
  readonly self: string;
  /** `true` only where it is certain: a process of this machine that has ended. */
  isGone(holder: string): boolean;
}
