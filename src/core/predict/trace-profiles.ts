/** The profiles of a trace's prefixes, from what was seen before a day. */
import { type Trace, groupOf } from "../trace.ts";
import {
  type PrefixTally,
  SETTLED_DAYS,
  UNKNOWN_PROFILE,
  YOUNG_DAYS,
  emptyTally,
  profileOf,
  profileOfName,
} from "./profile.ts";

/** Profile of every object's prefix, as of `day`; a known name's where the prefix is not known. */
export function traceProfiles(trace: Trace, day: number): Uint8Array {
  const tallies = new Map<string, PrefixTally>();
  for (let object = 0; object < trace.objects; object += 1) {
    if ((trace.createdDay[object] ?? 0) >= day) continue;
    const group = groupOf(trace.name[object] ?? "");
    const tally = tallies.get(group) ?? emptyTally();
    tallies.set(group, tally);
    addObject(tally, trace, object, day);
  }
  const known = new Map(Array.from(tallies, ([group, tally]) => [group, profileOf(tally)]));
  return Uint8Array.from(trace.name, (name) => known.get(groupOf(name)) || profileOfName(name) || UNKNOWN_PROFILE);
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
