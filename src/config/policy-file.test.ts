import { describe, expect, it } from "vitest";
import { AstraError } from "../core/errors.ts";
import { actionText, placeOf } from "../core/policy/policy.ts";
import { parsePolicies } from "./policy-file.ts";

function rules(...lines: readonly string[]) {
  return parsePolicies("p.yaml", ["policies:", ...lines].join("\n"));
}

/** The error's place and words. */
function fault(text: string): string {
  try {
    parsePolicies("p.yaml", text);
  } catch (error) {
    if (error instanceof AstraError) {
      expect(error.code).toBe("ASTRA_POLICY_INVALID");
      return `${error.where ?? ""} ${error.message}`;
    }
    throw error;
  }
  return "none";
}

const HOLD = `policies:
  - name: "Compliance Hold"
    pattern: "legal-hold-*"
    action: "never_tier_down"
    duration: "7 years"
`;

describe("a policy file", () => {
  it("takes the short form of a hold as it stands", () => {
    const [hold] = parsePolicies("p.yaml", HOLD);
    expect(hold).toMatchObject({
      name: "Compliance Hold",
      where: "p.yaml:2:5",
      action: { kind: "never_tier_down" },
      duration: { text: "7 years", months: 84 },
      untilMs: null,
    });
    expect(hold?.match.keys[0]?.matches("docs/legal-hold-1.pdf")).toBe(true);
    expect(hold && placeOf(hold, "duration")).toBe("p.yaml:5:15");
  });

  it.each([
    ["pin: warm", "pin: warm"],
    ["action: { pin: warm }", "pin: warm"],
    ["never_tier_down: true", "never_tier_down"],
    ["action: ignore", "ignore"],
    ["floor: cold", "floor: cold"],
    ["ceiling: warm", "ceiling: warm"],
    ["max_latency: hours", "max_latency: hours"],
    ["after: { idle: 90d, to: cold }", "after idle 90d to cold"],
    [
      "after: [{ age: 30d, to: warm }, { age: 1 year, to: archive }]",
      "after age 30d to warm, after age 1 year to archive",
    ],
    ["create_in: auto-choose", "create_in: auto-choose"],
    ["strategy: cost", "strategy: cost"],
  ])("knows the action %s", (line, text) => {
    const [rule] = rules("  - name: r", `    ${line}`);
    expect(rule?.action && actionText(rule.action)).toBe(text);
  });

  it("knows every condition", () => {
    const [rule] = rules(
      "  - name: r",
      "    match:",
      "      bucket: [data-*, logs]",
      "      key: 'x/**'",
      "      size: { at_least: 128KiB, below: 1048576 }",
      "      age: { at_least: 30d }",
      "      tags: { team: 'a*' }",
      "      class: STANDARD",
      "      tenant: acme",
      "    ignore: true",
      "    until: 2030-12-31",
      "    reads_excluded_from: crawler",
    );
    expect(rule?.match.buckets.map(({ source }) => source)).toEqual(["data-*", "logs"]);
    expect(rule?.match).toMatchObject({
      sizeBytes: { atLeast: 131_072, below: 1_048_576 },
      age: { atLeast: { text: "30d" }, below: null },
      classes: ["STANDARD"],
    });
    expect(rule?.match.tags[0]).toMatchObject({ name: "team", value: { source: "a*" } });
    expect(rule).toMatchObject({ untilMs: Date.UTC(2031, 0, 1), readsExcludedFrom: ["crawler"] });
  });

  it("may be empty, only exclude readers, and name its schema", () => {
    expect(parsePolicies("p.yaml", "$schema: ./policy.schema.json\npolicies: []\n")).toEqual([]);
    expect(rules("  - name: r", "    reads_excluded_from: [crawler]")[0]?.action).toBeNull();
    expect(rules("  - { name: r, ignore: true, until: 2030-12-31T12:00:00+02:00 }")[0]?.untilMs).toBe(
      Date.UTC(2030, 11, 31, 10),
    );
  });
});

describe("what is wrong in a policy file", () => {
  it.each([
    ["polices: []", "p.yaml:1:1 ", "did you mean policies?"],
    ["", "p.yaml:1:1 policies: is missing", ""],
    ["- a", "p.yaml:1:1 the file: must be a mapping", ""],
    ["policies:\n  - name: a\n    patern: x\n    ignore: true\n", "p.yaml:3:5 ", "did you mean pattern?"],
    ["policies:\n  - name: a\n    match: { keys: x }\n    ignore: true\n", "p.yaml:3:14 ", "did you mean key?"],
    ["policies:\n  - name: a\n    action: never_teir_down\n", "p.yaml:3:13 ", "must be one of never_tier_down, ignore"],
    ["policies:\n  - name: a\n    action: { pinn: hot }\n", "p.yaml:3:15 ", "did you mean pin?"],
    ["policies:\n  - name: a\n    pin: 3\n", "p.yaml:3:10 policies.1.pin: must be text", ""],
    ["policies:\n  - name: a\n    pin: hot\n    floor: hot\n", "p.yaml:2:5 policies.1: has 2 actions (pin, floor)", ""],
    ["policies:\n  - name: a\n", "p.yaml:2:5 policies.1: has no action", ""],
    ["policies:\n  - name: a\n    ignore: true\n    duration: 7 jears\n", "p.yaml:4:15 ", "such as 90d"],
    ["policies:\n  - name: a\n    ignore: true\n    duration: 90\n", "p.yaml:4:15 ", "such as 90d"],
    ["policies:\n  - name: a\n    ignore: true\n    duration: 0d\n", "p.yaml:4:15 ", "no time at all"],
    ["policies:\n  - name: a\n    ignore: true\n    until: 2030-02-30\n", "p.yaml:4:12 ", "must be a date"],
    ["policies:\n  - name: a\n    ignore: true\n    pattern: '[a'\n", "p.yaml:4:14 ", "is not closed"],
    [
      "policies:\n  - name: a\n    match: { size: { below: big } }\n    ignore: true\n",
      "p.yaml:3:29 ",
      "must be a size",
    ],
    ["policies:\n  - name: a\n    strategy: magic\n", "p.yaml:3:15 ", "must be one of matrix, cost, predictive"],
    ["policies:\n  - name: a\n    max_latency: 3h\n", "p.yaml:3:18 ", "must be one of instant, minutes"],
    ["policies:\n  - name: a\n    after: { to: cold }\n", "p.yaml:3:12 ", "either idle or age"],
    ["policies:\n  - name: a\n    after: { idle: 3x, to: cold }\n", "p.yaml:3:20 ", "such as 90d"],
    [
      "policies:\n  - name: a\n    after: [{ age: 90d, to: cold }, { age: 30d, to: warm }]\n",
      "p.yaml:3:12 ",
      "longer than that of the one before",
    ],
    [
      "policies:\n  - { name: a, ignore: true }\n  - { name: a, ignore: true }\n",
      "p.yaml:3:13 ",
      "is that of rule 1 already",
    ],
    ["policies:\n  - name: a\n    name: b\n", "p.yaml:3:5 ", "unique"],
    [
      "policies:\n  - name: a\n    match: { key: x }\n    pattern: y\n    ignore: true\n",
      "p.yaml:4:14 ",
      "give one of them",
    ],
    ["policies: [\n", "p.yaml:2:1 ", ""],
  ])("%j", (text, start, part) => {
    const found = fault(text);
    expect(found.startsWith(start), found).toBe(true);
    expect(found).toContain(part);
  });

  it("shows the line", () => {
    expect(fault(HOLD.replace("7 years", "7 jears"))).toContain('  5 |     duration: "7 jears"\n    |               ^');
  });

  it("names every fault", () => {
    const text = "policies:\n  - { name: a, duration: x, ignore: true }\n  - { name: b, until: y, ignore: true }\n";
    expect(fault(text)).toMatch(/p\.yaml:2:26.*p\.yaml:3:23/s);
  });

  it("is not stopped by a bomb", () => {
    const nine = (name: string) => `[${Array.from({ length: 9 }, () => name).join(",")}]`;
    const levels = Array.from("bcdefghi").map((name, index) => `${name}: &${name} ${nine(`*${"abcdefgh"[index]}`)}`);
    expect(fault([`a: &a ${nine("x")}`, ...levels, "policies: *i"].join("\n"))).toContain("Excessive alias count");
    expect(fault(`policies: ${"[".repeat(100_000)}`)).toContain("p.yaml:1:1 nested more than 64 deep");
    expect(fault(`policies:\n${"- ".repeat(50_000)}x`)).toContain("p.yaml:2:1 nested more than 64 deep");
    expect(fault("#".repeat(2 ** 20 + 1))).toContain("larger than 1 MiB");
  });
});
