import { describe, expect, it, test } from "vitest";
import { policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { compilePolicies } from "./policy-constraints.ts";
import { policyFindings } from "./policy-findings.ts";

const NOW = Date.UTC(2026, 10, 1);

/** `severity kind rule` of each finding. */
function findings(...lines: readonly string[]): string[] {
  const found = policyFindings(compilePolicies(policyRules(...lines), AWS), AWS, NOW);
  return found.map(({ severity, kind, rule }) => `${severity} ${kind} ${rule}`);
}

test("a sound file has none", () => {
  const sound = [
    "- { name: hold, pattern: legal-hold-*, action: never_tier_down, duration: 7 years }",
    "- { name: logs, match: { key: logs/** }, after: { age: 30d, to: archive } }",
    "- { name: all, after: { idle: 90d, to: cold } }",
    "- { name: web, match: { key: web/** }, max_latency: instant }",
    "- { name: first, create_in: auto-choose }",
  ];
  expect(findings(...sound)).toEqual([]);
});

describe("a rule in vain", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "behind a wider one",
      ["{ name: a, strategy: cost }", "{ name: b, match: { key: x/** }, strategy: matrix }"],
      ["error shadowed b"],
    ],
    ["before a wider one", ["{ name: b, match: { key: x/** }, strategy: matrix }", "{ name: a, strategy: cost }"], []],
    ["of another kind", ["{ name: a, strategy: cost }", "{ name: b, create_in: warm }"], []],
    [
      "behind one that is ignored",
      ["{ name: a, pattern: x, ignore: true }", "{ name: b, pattern: x, pin: hot }"],
      ["error shadowed b"],
    ],
    [
      "behind one that ends sooner",
      ["{ name: a, strategy: cost, until: 2027-01-01 }", "{ name: b, strategy: matrix }"],
      [],
    ],
    [
      "behind an earlier after",
      ["{ name: a, after: { age: 30d, to: cold } }", "{ name: b, after: { age: 60d, to: archive } }"],
      ["error shadowed b"],
    ],
    [
      "behind a later after",
      ["{ name: a, after: { age: 60d, to: archive } }", "{ name: b, after: { age: 30d, to: cold } }"],
      [],
    ],
    [
      "behind an after that idles",
      ["{ name: a, after: { idle: 30d, to: cold } }", "{ name: b, after: { age: 60d, to: archive } }"],
      [],
    ],
    [
      "for no size",
      ["{ name: a, match: { size: { at_least: 2MB, below: 1MB } }, ignore: true }"],
      ["error unreachable a"],
    ],
    [
      "for no age",
      ["{ name: a, match: { age: { at_least: 1 year, below: 90d } }, ignore: true }"],
      ["error unreachable a"],
    ],
    [
      "older than its time",
      ["{ name: a, match: { age: { at_least: 8 years } }, ignore: true, duration: 7 years }"],
      ["error unreachable a"],
    ],
    ["over", ["{ name: a, ignore: true, until: 2026-10-31 }"], ["warning unreachable a"]],
    ["on its last day", ["{ name: a, ignore: true, until: 2026-11-01 }"], []],
    [
      "never due",
      ["{ name: a, match: { age: { below: 30d } }, after: { age: 90d, to: cold } }"],
      ["error unreachable a"],
    ],
  ])("%s", (_, rules, expected) => {
    expect(findings(...rules.map((rule) => `- ${rule}`))).toEqual(expected);
  });
});

describe("rules against each other", () => {
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "two pins",
      ["{ name: a, pattern: x*, pin: hot }", "{ name: b, pattern: '*y', pin: cold }"],
      ["error contradictory b"],
    ],
    [
      "two pins of different objects",
      ["{ name: a, match: { key: x/** }, pin: hot }", "{ name: b, match: { key: y/** }, pin: cold }"],
      [],
    ],
    [
      "two pins of different sizes",
      [
        "{ name: a, match: { size: { below: 1MB } }, pin: hot }",
        "{ name: b, match: { size: { at_least: 1MB } }, pin: cold }",
      ],
      [],
    ],
    [
      "two pins of different tags",
      ["{ name: a, match: { tags: { t: x } }, pin: hot }", "{ name: b, match: { tags: { t: y } }, pin: cold }"],
      [],
    ],
    [
      "two pins of different classes",
      ["{ name: a, match: { class: STANDARD }, pin: hot }", "{ name: b, match: { class: GLACIER }, pin: cold }"],
      [],
    ],
    ["floor above ceiling", ["{ name: a, floor: warm }", "{ name: b, ceiling: archive }"], ["error contradictory b"]],
    ["floor below ceiling", ["{ name: a, floor: archive }", "{ name: b, ceiling: warm }"], []],
    [
      "pin slower than allowed",
      ["{ name: a, max_latency: minutes }", "{ name: b, pin: archive }"],
      ["error contradictory b"],
    ],
    [
      "overlapping holds",
      [
        "{ name: a, pattern: legal-*, never_tier_down: true, duration: 1 year }",
        "{ name: b, pattern: legal-hold-*, never_tier_down: true, duration: 7 years }",
      ],
      ["warning overlapping b"],
    ],
    [
      "a pin of what is held",
      ["{ name: a, pattern: legal-*, never_tier_down: true }", "{ name: b, pattern: legal-hold-*, pin: archive }"],
      ["warning contradictory b"],
    ],
    [
      "a hold of some of what is moved",
      ["{ name: a, pattern: legal-*, never_tier_down: true }", "{ name: b, after: { age: 30d, to: cold } }"],
      [],
    ],
  ])("%s", (_, rules, expected) => {
    expect(findings(...rules.map((rule) => `- ${rule}`))).toEqual(expected);
  });
});

describe("a rule that is sure to lose money", () => {
  it.each<[string, string, readonly string[]]>([
    [
      "archives what is padded",
      "match: { size: { below: 8KiB } }, after: { age: 30d, to: archive }",
      ["warning money-losing a"],
    ],
    ["may gain with large objects", "after: { age: 30d, to: archive }", []],
    ["gains with objects up to 10 GB", "match: { size: { below: 10GB } }, after: { age: 30d, to: archive }", []],
    ["pins what is billed as 128 KiB", "match: { size: { below: 64KiB } }, pin: warm", ["warning money-losing a"]],
    ["pins to the base class", "match: { size: { below: 64KiB } }, pin: hot", []],
    ["lets no tiny object be hot", "match: { size: { below: 1KiB } }, ceiling: cold", ["warning money-losing a"]],
  ])("%s", (_, rule, expected) => {
    expect(findings(`- { name: a, ${rule} }`)).toEqual(expected);
  });

  it("says what it loses and where it stands", () => {
    const rules = policyRules("- name: a", "  match: { size: { below: 8KiB } }", "  pin: warm");
    const [finding] = policyFindings(compilePolicies(rules, AWS), AWS, NOW);
    // 128 KiB in STANDARD_IA against 8,191 bytes in STANDARD for a month, and a COPY with its HEADs.
    expect(finding).toMatchObject({ where: "policies.yaml:4:10" });
    expect(finding?.message).toMatch(
      /even 8191 bytes never read, in STANDARD_IA, cost \$\d+\.\d\d per million objects more/,
    );
  });
});

test("patterns too tangled to compare end the comparing with a warning, never with a finding made up", () => {
  const tangled = (tail: string): string => `${"{a*,*b,**c}".repeat(6)}/${tail}`;
  const rules = ["hot", "warm", "cold"].map(
    (tier) => `- { name: ${tier}, match: { key: "${tangled(tier)}" }, pin: ${tier} }`,
  );
  const found = policyFindings(compilePolicies(policyRules(...rules), AWS), AWS, NOW, { stepsLeft: 1_000 });
  expect(found.map(({ severity, kind, rule }) => `${severity} ${kind} ${rule}`)).toEqual(["warning uncompared warm"]);
});
