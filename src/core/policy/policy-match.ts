/** Whether a rule speaks of an object now: yes, no, or not known for want of its tags, tenant or age. */
import { type Duration, addDuration, durationDays } from "./duration.ts";
import type { Glob } from "./glob.ts";
import type { PolicyMatch, PolicyRule } from "./policy.ts";
import type { ObjectView } from "../strategy.ts";
import { MS_PER_DAY } from "../units.ts";

/** `unknown` where something the rule asks for isn't known of the object, and all that is known agrees. */
export type Matched = "yes" | "no" | "unknown";

/** Creation to the millisecond; `null` with an age that must not be acted on. */
export function createdAt(view: ObjectView): number | null {
  return view.ageDays === null ? null : Math.round(view.atMs - view.ageDays * MS_PER_DAY);
}

/** Whether a rule matches an object and is in force at `nowMs`. */
export function matchRule(rule: PolicyRule, view: ObjectView, nowMs: number): Matched {
  if (rule.untilMs !== null && nowMs >= rule.untilMs) return "no";
  if (!matchKnown(rule.match, view)) return "no";
  const byTime = both(inForce(rule.duration, view, nowMs), ofAge(rule.match, view, nowMs));
  return both(byTime, both(ofTags(rule.match, view), ofTenant(rule.match, view)));
}

function both(a: Matched, b: Matched): Matched {
  if (a === "no" || b === "no") return "no";
  return a === "unknown" ? a : b;
}

/** Conditions on what a listing shows. */
function matchKnown(match: PolicyMatch, view: ObjectView): boolean {
  const { atLeast, below } = match.sizeBytes;
  if (atLeast !== null && view.sizeBytes < atLeast) return false;
  if (below !== null && view.sizeBytes >= below) return false;
  if (match.classes.length > 0 && !match.classes.includes(view.storageClass)) return false;
  return anyMatches(match.buckets, view.bucket) && anyMatches(match.keys, view.key);
}

function anyMatches(globs: readonly Glob[], text: string): boolean {
  if (globs.length === 0) return true;
  for (const glob of globs) if (glob.matches(text)) return true;
  return false;
}

function inForce(duration: Duration | null, view: ObjectView, nowMs: number): Matched {
  if (duration === null) return "yes";
  const createdMs = createdAt(view);
  if (createdMs === null) return "unknown";
  return nowMs < addDuration(createdMs, duration) ? "yes" : "no";
}

function ofAge({ age }: PolicyMatch, view: ObjectView, nowMs: number): Matched {
  if (age.atLeast === null && age.below === null) return "yes";
  const createdMs = createdAt(view);
  if (createdMs === null) return "unknown";
  if (age.atLeast !== null && nowMs < addDuration(createdMs, age.atLeast)) return "no";
  return age.below !== null && nowMs >= addDuration(createdMs, age.below) ? "no" : "yes";
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

/** Whether an age or idle time has been reached. */
export function hasReached(days: number | null, span: Duration, view: ObjectView, nowMs: number): boolean {
  if (days === null) return false;
  // Most objects are far from the edge, and the calendar is slow.
  if (days > durationDays(span) + 3) return true;
  return nowMs >= addDuration(Math.round(view.atMs - days * MS_PER_DAY), span);
}
