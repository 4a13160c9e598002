/** The profiles of a trace's prefixes, from what was seen before a day. */
import { type Trace, groupOf } from "../trace/trace.ts";
import { type PrefixTally, SETTLED_DAYS, YOUNG_DAYS, emptyTally, profileOf, profileOfName } from "./profile.ts";

/** Profiles of the prefixes that enough was seen of before `day`. */
export function prefixProfiles(trace: Trace, day: number): ReadonlyMap<string, number> {
  const tallies = new Map<string, PrefixTally>();
  for (let object = 0; object < trace.objects; object += 1) {
    if ((trace.createdDay[object] ?? 0) >= day) continue;
    const group = groupOf(trace.name[object] ?? "");
    const tally = tallies.get(group) ?? emptyTally();
    tallies.set(group, tally);
    addObject(tally, trace, object, day);
  }
  return new Map(Array.from(tallies, ([group, tally]) => [group, profileOf(tally)]));
}

/** The profile of an object: its prefix's, or where that is unknown, its name's. */
export function profileOfKey(known: ReadonlyMap<string, number>, key: string): number {
  return known.get(groupOf(key)) || profileOfName(key);
}

function addObject(tally: PrefixTally, trace: Trace, object: number, until: number): void {
  const created = trace.createdDay[object] ?? 0;
  const end = Math.min(until, (trace.endDay[object] ?? 0) + 1);
  const span = (from: number, to: number): number =>
    Math.max(0, Math.min(end, created + to) - Math.max(0, created + from));
  tally.objects += 1;
  tally.youngDays += span(0, YOUNG_DAYS);
  tally.settledDays += span(SETTLED_DAYS, Infinity);
  for (let row = trace.readStart[object] ?? 0; row < (trace.readStart[object + 1] ?? 0); row += 1) {
    const day = trace.readDay[row] ?? 0;
    if (day >= until) break;
    if (day - created < YOUNG_DAYS) tally.youngReadDays += 1;
    else if (day - created >= SETTLED_DAYS) tally.settledReadDays += 1;
  }
}
