import { describe, expect, test } from "vitest";
import { builtInPriceBook, priceBooks } from "../../config/price-books.ts";
import { price, withClass } from "../../../test/support/prices.ts";
import { objectView } from "../../../test/support/views.ts";
import { ProviderTally, allowedLatency, breakEvenMonths, cheapestClass, latencyUnderPolicy } from "./compare.ts";
import type { PriceBook } from "../pricing/price-book.ts";
import { withoutUncertain } from "../pricing/price-lines.ts";
import { GB_BYTES } from "../units.ts";

const AWS: PriceBook = { ...builtInPriceBook(), egress: price(0.09) };
const GCS = priceBooks().get("gcs-us-east1") ?? AWS;

function figures(there: PriceBook, home: PriceBook = AWS, changes: Parameters<typeof objectView>[0] = {}) {
  const tally = new ProviderTally(home, there);
  tally.add(objectView(changes), "instant");
  return tally.figures();
}

describe("the best class", () => {
  test("is the cheapest by the month, within the wait allowed", () => {
    const quiet = objectView();
    expect(cheapestClass(AWS, quiet, "instant")).toEqual({ storageClass: "GLACIER_IR", monthlyMicros: 4_000 });
    expect(cheapestClass(AWS, quiet, "half-day")?.storageClass).toBe("DEEP_ARCHIVE");
    const read = objectView({ rate: { readsPerMonth: 30, readDaysPerMonth: 20 } });
    expect(cheapestClass(AWS, read, "instant")?.storageClass).toBe("STANDARD");
    expect(cheapestClass(GCS, quiet, "instant")?.storageClass).toBe("ARCHIVE");
  });

  test("of an object that waits already may go on waiting", () => {
    expect(allowedLatency(AWS, objectView({ storageClass: "GLACIER" }), "instant")).toBe("hours");
    expect(allowedLatency(AWS, objectView({ storageClass: "STANDARD" }), "hours")).toBe("hours");
    expect(allowedLatency(AWS, objectView({ storageClass: "OUTPOSTS" }), "instant")).toBe("instant");
  });

  test("under policies waits as long as a rule asks for, and no longer than the rules allow", () => {
    const all = Object.keys(AWS.classes);
    const instant = ["STANDARD", "GLACIER_IR"];
    expect(latencyUnderPolicy(AWS, "instant", { asked: instant, allowed: all })).toBe("instant");
    expect(latencyUnderPolicy(AWS, "instant", { asked: ["GLACIER"], allowed: all })).toBe("hours");
    expect(latencyUnderPolicy(AWS, "two-days", { asked: instant, allowed: all })).toBe("two-days");
    expect(latencyUnderPolicy(AWS, "two-days", { asked: instant, allowed: instant })).toBe("instant");
  });

  test("is none where no bill is known", () => {
    const bare = { ...GCS, classes: { STANDARD: { ...GCS.classes["STANDARD"], storage: [] } } } as PriceBook;
    expect(cheapestClass(bare, objectView(), "instant")).toBeNull();
  });
});

describe("another provider", () => {
  test("costs its rent, and once reading out, egress and writing", () => {
    const { monthlyMicros, once, classes } = figures(GCS);
    expect(monthlyMicros).toBeCloseTo(1_200, 6);
    expect(classes).toEqual({ ARCHIVE: { objects: 1, bytes: GB_BYTES } });
    expect(once?.readMicros).toBeCloseTo(0.4, 9);
    expect(once?.egressMicros).toBeCloseTo(90_000, 6);
    expect(once?.writeMicros).toBeCloseTo(50, 6);
    expect(once?.earlyDeletionMicros).toBe(0);
    expect(once?.totalMicros).toBeCloseTo(90_050.4, 6);
  });

  test("is owed what is left of a minimum duration, and the retrieval", () => {
    const { once } = figures(GCS, AWS, { storageClass: "GLACIER_IR", daysInClass: 30 });
    expect(once?.readMicros).toBeCloseTo(30_010, 6);
    expect(once?.earlyDeletionMicros).toBeCloseTo((4_000 * 60) / 30.4375, 6);
  });

  test("whose prices are uncertain is taken as unknown where they are needed, never as free", () => {
    expect(figures(withoutUncertain(GCS)).once).toBeNull();
    expect(figures(GCS, { ...AWS, egress: null }).once).toBeNull();
    const nothing = { ...GCS, classes: { STANDARD: { ...GCS.classes["STANDARD"], storage: [] } } } as PriceBook;
    expect(figures(nothing)).toMatchObject({ monthlyMicros: null, once: null, unknownObjects: 1 });
  });

  test("at home is a change of class", () => {
    const { monthlyMicros, once } = figures(AWS);
    expect(monthlyMicros).toBe(4_000);
    expect(once).toMatchObject({ egressMicros: 0, earlyDeletionMicros: 0 });
    expect(once?.totalMicros).toBeCloseTo(20 + 0.4 + 10, 6);
    const unknown = withClass("GLACIER_IR", { put: null });
    expect(figures(unknown, unknown).once).toBeNull();
  });
});

test("what is paid once is paid back by what a month saves, or never", () => {
  const once = figures(GCS).once;
  expect(breakEvenMonths(once, 23_000, 1_200)).toBeCloseTo(90_050.4 / 21_800, 9);
  expect(breakEvenMonths(once, 1_200, 1_200)).toBeNull();
  expect(breakEvenMonths(once, null, 1_200)).toBeNull();
  expect(breakEvenMonths(null, 23_000, 1_200)).toBeNull();
});
