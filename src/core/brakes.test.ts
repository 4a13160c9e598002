import { expect, test } from "vitest";
import { configFields } from "../config/fields.ts";
import { STOP_REASONS, isStopReason, stopAdvice } from "./brakes.ts";

test("every reason has its own words and says how to go on", () => {
  const advice = STOP_REASONS.map(stopAdvice);
  expect(new Set(advice.map(({ text }) => text)).size).toBe(STOP_REASONS.length);
  for (const { text, fix } of advice) {
    expect(text).toMatch(/^[a-z].*[^.]$/);
    expect(fix).toMatch(/[a-z].*\.$/);
  }
});

test("fields that a fix names are fields of the configuration", () => {
  const fields = new Set(configFields().map(({ path }) => path));
  const named = STOP_REASONS.flatMap((reason) => [...stopAdvice(reason).fix.matchAll(/`(brakes\.[a-z_.]+)/g)]);
  expect(named.length).toBeGreaterThanOrEqual(6);
  expect(named.map((match) => match[1] ?? "").filter((path) => !fields.has(path))).toEqual([]);
});

test("words of others are no reasons", () => {
  expect(isStopReason("canary")).toBe(true);
  expect(["", "Canary", "toString", "__proto__"].filter(isStopReason)).toEqual([]);
});
