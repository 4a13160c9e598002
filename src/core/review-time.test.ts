import { expect, it } from "vitest";
import type { EventType } from "./event.ts";
import { type ObjectState, unknownObject } from "./object-state.ts";
import { reviewAfter, startOfNextDay } from "./review-time.ts";
import { MS_PER_DAY } from "./units.ts";

const NOW = 20_000 * MS_PER_DAY + 5000;
const TOMORROW = 20_001 * MS_PER_DAY;
const RULE = { nowMs: NOW, baseClass: "STANDARD" };

function object(reviewMs: number | null, storageClass: string | null = "STANDARD"): ObjectState {
  return { ...unknownObject({ bucket: "b", key: "k" }), storageClass, reviewMs };
}

it.each<[EventType, ObjectState, number | null]>([
  ["astra.object.created", object(null), NOW],
  ["astra.object.overwritten", object(NOW + 5), NOW],
  ["astra.object.overwritten", object(NOW - 5), NOW - 5],
  ["astra.object.created", object(null, null), NOW],
  ["astra.object.accessed", object(null), TOMORROW],
  ["astra.object.accessed", object(NOW + 90 * MS_PER_DAY), TOMORROW],
  ["astra.object.accessed", object(TOMORROW - 1), TOMORROW - 1],
  ["astra.object.accessed", object(NOW - 1), NOW - 1],
  ["astra.object.accessed", object(null, "GLACIER_IR"), NOW],
  ["astra.object.accessed", object(TOMORROW, "GLACIER_IR"), NOW],
  ["astra.object.accessed", object(null, null), null],
  ["astra.object.deleted", object(TOMORROW), TOMORROW],
  ["astra.object.restored", object(null, "GLACIER"), null],
])("after %s of %j the review is at %j", (type, after, reviewMs) => {
  expect(reviewAfter(type, after, RULE)).toBe(reviewMs);
});

it("a day that has just begun is not the next one", () => {
  expect(startOfNextDay(TOMORROW - 1)).toBe(TOMORROW);
  expect(startOfNextDay(TOMORROW)).toBe(TOMORROW + MS_PER_DAY);
});
