/** Lifecycle rules of the bucket that wait for a tag: what the mechanism `tag` moves objects by. */

/** A lifecycle rule of the bucket that transitions whatever carries one tag. */
export interface TagRule {
  readonly id: string;
  readonly tag: readonly [name: string, value: string];
  /** Days since creation, 0 for at once. */
  readonly days: number;
  readonly storageClass: string;
  /** Empty: every key. */
  readonly prefix: string;
  /** Smaller objects are left where they are. */
  readonly fromBytes: number;
}

/** What a rule is to move. */
export interface TaggedMove {
  readonly key: string;
  readonly to: string;
  readonly sizeBytes: number;
  /** `null` where the age must not be acted on. */
  readonly ageDays: number | null;
}

/** The first rule that would move the object into its class as soon as it has the tag. */
export function tagRuleFor(
  rules: readonly TagRule[],
  { key, to, sizeBytes, ageDays }: TaggedMove,
): TagRule | undefined {
  return rules.find(
    ({ storageClass, prefix, days, fromBytes }) =>
      storageClass === to &&
      key.startsWith(prefix) &&
      sizeBytes >= fromBytes &&
      (days === 0 || (ageDays !== null && days <= ageDays)),
  );
}
