/** Learning an access model from a trace, or the part of it before a day. */
import type { Trace } from "../trace/trace.ts";
import { AccessModel, amountIndex } from "./access-model.ts";
import { SCORE_DECAY, ageIndex, recencyIndex, scoreIndex } from "./belief.ts";
import type { TraceHabits } from "./trace-habits.ts";

/** Most objects that a model is learned from: more teach little, and cost as much as the rest. */
const MOST_OBJECTS = 100_000;

/** Every how many objects one is looked at, so that at most `most` are. */
export function strideFor(objects: number, most: number): number {
  return Math.max(1, Math.ceil(objects / most));
}

/** A model of everything before `until`. @param profiles of every object's prefix, as known then */
export function learned(trace: Trace, habits: TraceHabits, profiles: Uint8Array, until: number): AccessModel {
  const model = new AccessModel();
  const stride = strideFor(trace.objects, MOST_OBJECTS);
  for (let object = 0; object < trace.objects; object += stride) {
    learnObject(model, trace, habits, object, profiles[object] ?? 0, until);
  }
  return model;
}

function learnObject(
  model: AccessModel,
  trace: Trace,
  habits: TraceHabits,
  object: number,
  profile: number,
  until: number,
): void {
  const created = trace.createdDay[object] ?? 0;
  const end = trace.endDay[object] ?? 0;
  const size = Math.max(1, trace.sizeBytes[object] ?? 1);
  const stop = Math.min(until, end + 1);
  let day = Math.max(created, 0);
  while (day < stop) {
    const row = habits.seek(object, day);
    const hasRow = row < (trace.readStart[object + 1] ?? 0);
    const readDay = hasRow ? (trace.readDay[row] ?? 0) : Infinity;
    const last = habits.lastRead(object);
    let score = habits.score(object, day);
    for (; day < stop && day <= readDay; day += 1) {
      const recency = recencyIndex(day - last);
      model.day(profile, recency, ageIndex(day - created), scoreIndex(score), day === readDay);
      if (day === readDay) {
        const full = (trace.bytesRead[row] ?? 0) / size;
        model.amount(amountIndex(habits.fullReads(object)), recency, scoreIndex(score), trace.reads[row] ?? 0, full);
      }
      score *= SCORE_DECAY;
    }
  }
  if (trace.deleted[object] === 1 && end < until) model.death();
}
