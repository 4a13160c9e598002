import { expect, test } from "vitest";
import { NewestLogs } from "./log-names.ts";

function startsOf(keys: readonly string[]) {
  const newest = new NewestLogs();
  for (const key of keys) newest.see(key);
  return newest.starts();
}

test("names by time of delivery are looked for from an hour before the newest", () => {
  const keys = [
    "logs/2026-11-23-18-00-00-0A1B2C3D4E5F",
    "logs/2026-11-23-17-30-59-AAAA",
    "logs/2026-11-01-00-00-00-BBBB",
  ];
  expect(startsOf(keys)).toEqual([{ prefix: "logs/", startAfter: "logs/2026-11-23-17-00-00" }]);
  expect(startsOf(["2026-01-01-00-30-00-AA"])).toEqual([{ prefix: "", startAfter: "2025-12-31-23-30-00" }]);
  expect(startsOf(["app-2026-01-01-00-30-00-AA"])).toEqual([{ prefix: "app-", startAfter: "app-2025-12-31-23-30-00" }]);
});

test("names in partitions by date are looked for in each bucket's", () => {
  const of = (bucket: string, time: string) =>
    `l/123456789012/us-east-1/${bucket}/${time.slice(0, 10).replaceAll("-", "/")}/${time}-EXAMPLE`;
  expect(
    startsOf([of("a", "2026-11-23-00-20-00"), of("b", "2026-11-20-10-00-00"), of("a", "2026-11-22-10-00-00")]),
  ).toEqual([
    {
      prefix: "l/123456789012/us-east-1/a/",
      startAfter: "l/123456789012/us-east-1/a/2026/11/22/2026-11-22-23-20-00",
    },
    {
      prefix: "l/123456789012/us-east-1/b/",
      startAfter: "l/123456789012/us-east-1/b/2026/11/20/2026-11-20-09-00-00",
    },
  ]);
});

test("names by day of the event go on growing for two days", () => {
  const keys = ["x/2026/11/23/2026-11-23-00-00-00-AA", "x/2026/11/22/2026-11-22-00-00-00-BB"];
  expect(startsOf(keys)).toEqual([{ prefix: "x/", startAfter: "x/2026/11/21/2026-11-21-00-00-00" }]);
});

test("names that tell no time, or none at all, leave only the whole listing", () => {
  expect(startsOf([])).toBeNull();
  expect(startsOf(["logs/2026-11-23-18-00-00-AAAA", "logs/readme.txt"])).toBeNull();
  expect(startsOf(["logs/2026-13-41-18-00-00-AAAA"])).toBeNull();
  expect(startsOf(Array.from({ length: 101 }, (_, index) => `${index}/2026-11-23-18-00-00-AAAA`))).toBeNull();
});
