/** A bucket's own lifecycle rules in the words of the core. */
import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { NativeRule } from "../../core/policy/native-rules.ts";
import type { TagRule } from "../../core/policy/tag-rule.ts";

/**
 * What a rule does to current objects by their age. Rules by date are left out: a copy doesn't move a date. So are
 * transitions of what carries one tag: they speak of that alone, and a move by tag is what waits for them. Any other
 * filter by tags, and an expiration of what carries one, is taken as wider than it is, as the tags of an object aren't
 * known where it is decided.
 */
export function ageRulesOf(rule: LifecycleRule): NativeRule[] {
  const { Expiration, ID: id = "" } = rule;
  const { prefix, largerThan, smallerThan } = scopeOf(rule);
  const scope = {
    id,
    prefix,
    ...(largerThan !== undefined && { largerThan }),
    ...(smallerThan !== undefined && { smallerThan }),
  };
  const found: NativeRule[] = [];
  if (Expiration?.Days !== undefined) found.push({ ...scope, days: Expiration.Days, kind: "expiration" });
  if (onlyTag(rule) !== null) return found;
  for (const { days, storageClass } of agedTransitions(rule)) {
    found.push({ ...scope, days, kind: "transition", ...(storageClass !== undefined && { storageClass }) });
  }
  return found;
}

/**
 * A rule without a size filter leaves smaller objects where they are (S3 user guide, "Transitioning objects using Amazon S3
 * Lifecycle": default minimum object size). Buckets of before September 2024 may move them into archives: taken as not.
 */
const LEAST_BYTES = 128 * 1024;

/**
 * The rules that a tag can be set for: each moves what carries it by age into one class, and nothing else happens to
 * what carries it. A rule that also expires, or a second rule that speaks of the same tag where the first does, would do
 * to the object what nobody planned.
 * @param enabled every enabled rule of the bucket
 */
export function tagRulesOf(enabled: readonly LifecycleRule[]): TagRule[] {
  const found: TagRule[] = [];
  for (const rule of enabled) {
    const tag = onlyTag(rule);
    const [transition, ...others] = rule.Transitions ?? [];
    if (!tag || !transition || others.length > 0 || rule.Expiration) continue;
    const [aged] = agedTransitions(rule);
    if (!aged || aged.storageClass === undefined) continue;
    const { prefix } = scopeOf(rule);
    if (enabled.some((other) => other !== rule && speaksOfTag(other, tag, prefix))) continue;
    found.push({
      id: rule.ID ?? "",
      tag,
      days: aged.days,
      storageClass: aged.storageClass,
      prefix,
      fromBytes: LEAST_BYTES,
    });
  }
  return found;
}

interface Scope {
  readonly prefix: string;
  readonly largerThan: number | undefined;
  readonly smallerThan: number | undefined;
  readonly tags: readonly (readonly [name: string, value: string])[];
}

function scopeOf({ Filter, Prefix: oldPrefix }: LifecycleRule): Scope {
  const { Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan } = { ...Filter, ...Filter?.And };
  const tags = [...(Filter?.Tag ? [Filter.Tag] : []), ...(Filter?.And?.Tags ?? [])];
  return {
    prefix: Prefix ?? oldPrefix ?? "",
    largerThan: ObjectSizeGreaterThan,
    smallerThan: ObjectSizeLessThan,
    tags: tags.map(({ Key = "", Value = "" }) => [Key, Value]),
  };
}

/** The tag of a rule whose filter is just one, with or without a prefix. */
function onlyTag(rule: LifecycleRule): readonly [name: string, value: string] | null {
  const { tags, largerThan, smallerThan } = scopeOf(rule);
  const [tag, ...others] = tags;
  return tag && others.length === 0 && largerThan === undefined && smallerThan === undefined ? tag : null;
}

function speaksOfTag(rule: LifecycleRule, [name, value]: readonly [string, string], prefix: string): boolean {
  const scope = scopeOf(rule);
  const names = scope.tags.some(([otherName, otherValue]) => otherName === name && otherValue === value);
  return names && (scope.prefix.startsWith(prefix) || prefix.startsWith(scope.prefix));
}

/** Days may be left out: the transition is then due at once. */
function agedTransitions(rule: LifecycleRule): { readonly days: number; readonly storageClass: string | undefined }[] {
  const aged = (rule.Transitions ?? []).filter(({ Date: onDate }) => onDate === undefined);
  return aged.map(({ Days = 0, StorageClass }) => ({ days: Days, storageClass: StorageClass }));
}
