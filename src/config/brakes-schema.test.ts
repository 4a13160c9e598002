import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AstraError } from "../core/errors.ts";
import { loadConfig } from "./load.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "astra-brakes-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, environment: Record<string, string> = {}) {
  const file = join(folder, "astra.yaml");
  writeFileSync(file, yaml);
  return loadConfig({ file, environment, flags: [] }).config;
}

function refusal(yaml: string, environment: Record<string, string> = {}): AstraError {
  try {
    load(yaml, environment);
  } catch (error) {
    if (error instanceof AstraError) return error;
    throw error;
  }
  throw new Error("the file was not refused");
}

describe("brakes", () => {
  it("hold where nothing is said", () => {
    const { brakes, rates, engine } = load("");
    expect(brakes).toEqual({
      fee_per_run_usd: 10,
      fee_per_day_usd: 25,
      objects_per_run: 1_000_000,
      error_rate_percent: 1,
      canary: { enabled: true, percent: 1, at_least: 100, accept_loss: false },
      windows: [],
      timezone: "UTC",
    });
    expect(rates).toEqual({ prefix_depth: 1, restores_per_second: 1000 });
    expect(engine).toMatchObject({
      mechanisms: ["copy"],
      drop_own_noncurrent: false,
      restore_deadline_hours: 48,
      cool_down_days: 30,
    });
  });

  it("may be shut, and set field by field", () => {
    const { brakes, engine } = load(
      [
        "brakes:",
        "  { fee_per_run_usd: 0, fee_per_day_usd: 0, objects_per_run: 0, bytes_per_run: 0, error_rate_percent: 0,",
        "    canary: { percent: 5 }, windows: ['Sat,Sun 00:00-24:00'], timezone: Europe/Berlin }",
        "engine: { mechanisms: [tag, copy], cool_down_days: 0 }",
      ].join("\n"),
      { ASTRA_BRAKES_CANARY_AT_LEAST: "7", ASTRA_BRAKES_FEE_PER_DAY_USD: "2.50" },
    );
    expect(brakes).toMatchObject({ fee_per_run_usd: 0, fee_per_day_usd: 2.5, objects_per_run: 0, bytes_per_run: 0 });
    expect(brakes).toMatchObject({
      canary: { percent: 5, at_least: 7, accept_loss: false },
      timezone: "Europe/Berlin",
    });
    expect(engine).toMatchObject({ mechanisms: ["tag", "copy"], cool_down_days: 0 });
  });

  it("take windows from a variable, separated by commas", () => {
    const windows = "Mon-Fri 22:00-06:00, daily 01:00-02:00";
    expect(load("", { ASTRA_BRAKES_WINDOWS: windows }).brakes.windows).toEqual([
      "Mon-Fri 22:00-06:00",
      "daily 01:00-02:00",
    ]);
    const { message, where } = refusal("", { ASTRA_BRAKES_WINDOWS: "Sat,Sun 00:00-24:00" });
    expect([message, where]).toEqual([
      expect.stringContaining('"Sat" is no maintenance window'),
      "ASTRA_BRAKES_WINDOWS",
    ]);
  });
});

describe("a field that is wrong is named at its place", () => {
  it.each([
    [
      "brakes:\n  windows:\n    - Mon 01:00-02:00\n    - Noday 01:00-02:00",
      "4:7",
      /windows\.1: .*"Noday" is no day.*Write it like/,
    ],
    ["brakes:\n  timezone: Mars/Olympus", "2:13", /must be a name of the zone database/],
    ["brakes:\n  fee_per_run_usd: -1", "2:20", /must be at least 0/],
    ["brakes:\n  objects_per_run: 1.5", "2:20", /must be a whole number/],
    ["brakes:\n  error_rate_percent: 101", "2:23", /must be at most 100/],
    ["brakes:\n  canary: { acept_loss: true }", "2:13", /did you mean accept_loss\?/],
    ["engine:\n  mechanisms: []", "2:15", /must be at least 1/],
    ["engine:\n  mechanisms: [rename]", "2:16", /must be one of copy, tag/],
    ["engine:\n  restore_deadline_hours: 0", "2:27", /restore_deadline_hours/],
    ["rates:\n  restores_per_second: 1001", "2:24", /must be at most 1000/],
  ])("%s", (yaml, place, words) => {
    const { code, message, where } = refusal(yaml);
    expect([code, where]).toEqual(["ASTRA_CONFIG_INVALID", expect.stringMatching(new RegExp(`:${place}$`))]);
    expect(message).toMatch(words);
  });
});
