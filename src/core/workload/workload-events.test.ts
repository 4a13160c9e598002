import { expect, it } from "vitest";
import { type DataEvent, eventTimeMs, parseEvent } from "../event.ts";
import { generatedDays, generatedWorkload } from "./generated-workload.ts";
import { MS_PER_DAY } from "../units.ts";
import { eventsOfDay } from "./workload-events.ts";

const START = 20_089;
const OPTIONS = { bucket: "data", seed: 5, startDay: START, byteScale: 1024 };

function events(): DataEvent[] {
  const workload = generatedWorkload({ objects: 400, days: 90, startDay: START, seed: 5 });
  return [...generatedDays(workload)].flatMap((day) => eventsOfDay(day, OPTIONS));
}

it("events are valid, in the order of time, and unlike each other", () => {
  const all = events();
  const times = all.map(eventTimeMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(START * MS_PER_DAY);
  expect(times.at(-1)).toBeLessThan((START + 90) * MS_PER_DAY);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.map((event) => parseEvent(event))).toEqual(all);
  expect(events()).toEqual(all);
});

it("no object is read or deleted before it is created, nor read after it is deleted", () => {
  const seen = new Map<string, string>();
  for (const { type, subject } of events()) {
    const before = seen.get(subject);
    if (type === "astra.object.created") expect(before).toBeUndefined();
    else expect(before === "astra.object.created" || before === "astra.object.accessed").toBe(true);
    seen.set(subject, type);
  }
  expect(seen.size).toBe(400);
  expect([...seen.values()].filter((type) => type === "astra.object.deleted").length).toBeGreaterThan(20);
});

it("bodies are scaled down, and the event's size is the body's", () => {
  for (const { type, data } of events()) {
    if (type !== "astra.object.created") continue;
    expect(data.sizeBytes).toBeGreaterThanOrEqual(1);
    expect(data.body).toMatchObject({
      uri: expect.stringMatching(new RegExp(`^synthetic:.*:${data.sizeBytes}$`)) as string,
    });
  }
});
