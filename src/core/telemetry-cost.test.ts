import { expect, test } from "vitest";
import { builtInPriceBook } from "../config/price-books.ts";
import { type TelemetryFacts, telemetryCosts } from "./telemetry-cost.ts";

const BOOK = builtInPriceBook();
const NONE: TelemetryFacts = { accessLogs: null, cloudtrail: null, objects: null, changesPerMonth: null };

function dollars(facts: Partial<TelemetryFacts>): Record<string, number | null> {
  const costs = telemetryCosts({ ...NONE, ...facts }, BOOK);
  return Object.fromEntries(
    costs.map(({ source, microsPerMonth }) => [source, microsPerMonth === null ? null : microsPerMonth / 1e6]),
  );
}

test("without anything known, nothing has a price", () => {
  for (const { microsPerMonth, basis } of telemetryCosts(NONE, BOOK)) {
    expect(microsPerMonth).toBeNull();
    expect(basis).toBe("unknown");
  }
});

test("a month of access logs costs their storage, and a write and a read of each", () => {
  // Two months read, so a month has half of it: 1 GB in 10,000 files a month at $0.023, $0.005 and $0.0004 per thousand.
  const accessLogs = {
    files: 20_000,
    sizeBytes: 2 * 2 ** 30,
    records: 2e6,
    days: { first: 100, last: 100 + 2 * 30.4375 - 1 },
  };
  const costs = dollars({ accessLogs });
  expect(costs["access-log"]).toBeCloseTo(0.023 + 10 * 0.0054, 9);
  // A million requests as data events at $0.10 per 100,000.
  expect(costs["cloudtrail"]).toBeCloseTo(1, 9);
});

test("a trail that was read is priced by its own events and files", () => {
  const cloudtrail = { files: 0, sizeBytes: 0, records: 30.4375e5, days: { first: 5, last: 5 } };
  expect(dollars({ cloudtrail })["cloudtrail"]).toBeCloseTo(30.4375 ** 2 / 10, 6);
  expect(telemetryCosts({ ...NONE, cloudtrail }, BOOK).find(({ source }) => source === "cloudtrail")?.basis).toBe(
    "read",
  );
  expect(dollars({ cloudtrail: { ...cloudtrail, days: null } })["cloudtrail"]).toBeNull();
});

test("inventories by objects, notifications by changes", () => {
  const costs = dollars({ objects: 100e6, changesPerMonth: 10e6 });
  expect(costs["inventory-daily"]).toBeCloseTo(0.25 * 30.4375, 9);
  expect(costs["inventory-weekly"]).toBeCloseTo((0.25 * 30.4375) / 7, 9);
  expect(costs["sqs"]).toBeCloseTo(4.8, 9);
  expect(costs["eventbridge"]).toBeCloseTo(10, 9);
});
