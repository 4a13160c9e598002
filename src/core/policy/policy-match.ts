/** Whether a rule speaks of an object now: yes, no, or not known for want of its tags, tenant or age. */
import { type Duration, addDuration, durationDays } from "./duration.ts";
import type { Glob } from "./glob.ts";
import type { PolicyMatch, PolicyRule } from "./policy.ts";
import type { ObjectView } from "../strategy.ts";
import { MS_PER_DAY } from "../units.ts";

/** `unknown` where something the rule asks for isn't known of the object, and all that is known agrees. */
export type Matched = "yes" | "no" | "unknown";

/**
 * Whether a rule matches an object and is in force at `nowMs`.
 * @param isOfKey the key is known to agree
 */
export function matchRule(rule: PolicyRule, view: ObjectView, nowMs: number, isOfKey = false): Matched {
  if (rule.untilMs !== null && nowMs >= rule.untilMs) return "no";
  if (!matchKnown(rule.match, view) || !(isOfKey || anyKeyMatches(rule.match.keys, view))) return "no";
  const byTime = both(inForce(rule.duration, view, nowMs), ofAge(rule.match, view, nowMs));
  return both(byTime, both(ofTags(rule.match, view), ofTenant(rule.match, view)));
}

/** Whether the key says everything: the rule speaks of an object, and always in the same way, where its key agrees. */
export function asksForKeyAlone({ match, action, untilMs, duration }: PolicyRule): boolean {
  const { sizeBytes, age, classes, buckets, tags, tenants } = match;
  const limits = [sizeBytes.atLeast, sizeBytes.below, age.atLeast, age.below, untilMs, duration];
  const lists = [classes, buckets, tags, tenants];
  return (
    action?.kind !== "after" && limits.every((limit) => limit === null) && lists.every((list) => list.length === 0)
  );
}

function both(a: Matched, b: Matched): Matched {
  if (a === "no" || b === "no") return "no";
  return a === "unknown" ? a : b;
}

/** The key is only asked for where a rule is about it: a batch reads its rows as they are needed. */
function anyKeyMatches(globs: readonly Glob[], view: ObjectView): boolean {
  return globs.length === 0 || anyMatches(globs, view.key);
}

/** Conditions on what a listing shows, the key apart. */
function matchKnown(match: PolicyMatch, view: ObjectView): boolean {
  const { atLeast, below } = match.sizeBytes;
  if (atLeast !== null && view.sizeBytes < atLeast) return false;
  if (below !== null && view.sizeBytes >= below) return false;
  if (match.classes.length > 0 && !match.classes.includes(view.storageClass)) return false;
  return anyMatches(match.buckets, view.bucket);
}

function anyMatches(globs: readonly Glob[], text: string): boolean {
  if (globs.length === 0) return true;
  for (const glob of globs) if (glob.matches(text)) return true;
  return false;
}

function inForce(duration: Duration | null, view: ObjectView, nowMs: number): Matched {
  if (duration === null) return "yes";
  if (view.ageDays === null) return "unknown";
  return hasReached(view.ageDays, duration, view, nowMs) ? "no" : "yes";
}

function ofAge({ age: { atLeast, below } }: PolicyMatch, view: ObjectView, nowMs: number): Matched {
  if (atLeast === null && below === null) return "yes";
  if (view.ageDays === null) return "unknown";
  if (atLeast !== null && !hasReached(view.ageDays, atLeast, view, nowMs)) return "no";
  return below !== null && hasReached(view.ageDays, below, view, nowMs) ? "no" : "yes";
}

function ofTags({ tags }: PolicyMatch, view: ObjectView): Matched {
  if (tags.length === 0) return "yes";
  const known = view.tags;
  if (!known) return "unknown";
  const isTagged = tags.every(({ name, value }) => Object.hasOwn(known, name) && value.matches(known[name] ?? ""));
  return isTagged ? "yes" : "no";
}

function ofTenant({ tenants }: PolicyMatch, view: ObjectView): Matched {
  if (tenants.length === 0) return "yes";
  if (view.tenant === undefined) return "unknown";
  return anyMatches(tenants, view.tenant) ? "yes" : "no";
}

/** Calendar months differ from so many mean ones by at most this many days, and a year from its mean one by this share. */
const CALENDAR_DAYS = 3;
const CALENDAR_SHARE = 3e-5;

/** Whether an age or idle time, stated for the instant of the view, has been reached at `nowMs`. */
export function hasReached(days: number | null, span: Duration, view: ObjectView, nowMs: number): boolean {
  if (days === null) return false;
  // Most objects are far from the edge, and the calendar is slow.
  const asked = durationDays(span);
  const away = days + (nowMs - view.atMs) / MS_PER_DAY - asked;
  const margin = CALENDAR_DAYS + asked * CALENDAR_SHARE;
  if (away > margin || away < -margin) return away > 0;
  return nowMs >= addDuration(Math.round(view.atMs - days * MS_PER_DAY), span);
}
