import { expect, it } from "vitest";
import { seededRandom } from "../../adapters/system/seeded-random.ts";
import { workloadDays } from "./workload.ts";

it("is the same for a seed as it always was: the demo's figures stand on it", () => {
  const random = seededRandom(1);
  const counts = { objects: 0, sizeBytes: 0, reads: 0, readDays: 0 };
  for (const day of workloadDays({
    objects: 300,
    days: 400,
    startMs: Date.UTC(2025, 0, 1),
    random: () => random.next(),
  })) {
    counts.objects += day.created.length;
    for (const object of day.created) counts.sizeBytes += object.sizeBytes;
    for (const { reads } of day.reads) counts.reads += reads;
    counts.readDays += day.reads.length;
  }
  expect(counts).toEqual({ objects: 300, sizeBytes: 211_406_843_568, reads: 5824, readDays: 2400 });
});
