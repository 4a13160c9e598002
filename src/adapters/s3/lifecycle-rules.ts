/** A bucket's own lifecycle rules in the words of the core. */
import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { NativeRule } from "../../core/policy/native-rules.ts";

/**
 * What a rule does to current objects by their age. Rules by date are left out: a copy doesn't move a date. A filter by
 * tags is taken as wider than it is, as the tags of an object aren't known where it is decided.
 */
export function ageRulesOf(rule: LifecycleRule): NativeRule[] {
  const { Filter, Expiration, Transitions = [], ID: id = "" } = rule;
  const { Prefix, ObjectSizeGreaterThan, ObjectSizeLessThan } = { ...Filter, ...Filter?.And };
  const scope = {
    id,
    prefix: Prefix ?? rule.Prefix ?? "",
    ...(ObjectSizeGreaterThan !== undefined && { largerThan: ObjectSizeGreaterThan }),
    ...(ObjectSizeLessThan !== undefined && { smallerThan: ObjectSizeLessThan }),
  };
  const found: NativeRule[] = [];
  if (Expiration?.Days !== undefined) found.push({ ...scope, days: Expiration.Days, kind: "expiration" });
  for (const { Days, Date: onDate, StorageClass } of Transitions) {
    if (onDate !== undefined) continue;
    // Days may be left out: the transition is then due at once.
    const target = StorageClass === undefined ? {} : { storageClass: StorageClass };
    found.push({ ...scope, days: Days ?? 0, kind: "transition", ...target });
  }
  return found;
}
