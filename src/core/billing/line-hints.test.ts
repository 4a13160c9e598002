import { expect, test } from "vitest";
import { lineHint } from "./line-hints.ts";

test.each([
  ["STANDARD storage", true, /noncurrent versions.*--scan/],
  ["STANDARD_IA storage (padding)", true, /noncurrent/],
  ["STANDARD list", true, /listings/],
  ["GLACIER restore-request (standard)", true, /restores by others/],
  ["GLACIER_IR retrieval", false, /part of an object/],
])("%s, more billed: %s", (line, isMoreBilled, says) => {
  expect(lineHint(line, isMoreBilled)).toMatch(says);
});

test("nothing is suggested where nothing is likely", () => {
  expect(lineHint("STANDARD put", false)).toBeNull();
  expect(lineHint("Frobnication", true)).toBeNull();
});
