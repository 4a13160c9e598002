/** What decisions are made from besides the objects themselves, each as a hash, with enough beside it to tell later what changed. */
import { createHash } from "node:crypto";
import type { Config } from "../../config/schema.ts";
import type { Glob } from "../../core/policy/glob.ts";
import type { PolicyRule } from "../../core/policy/policy.ts";
import type { PriceBook } from "../../core/pricing/price-book.ts";

/** Values by name, each as text; what is equal here is equal in force. */
export type NamedValues = Readonly<Record<string, string>>;

/** One kind of input. */
export interface InputInForce {
  readonly action: "policy.change" | "prices.change" | "config.change";
  readonly hash: string;
  readonly values: NamedValues;
}

/** Everything of `config` that is here concerns money, and none of it is secret: connections and credentials are left out. */
export function inputsInForce(
  config: Config,
  policies: readonly PolicyRule[],
  prices: PriceBook,
): readonly InputInForce[] {
  const rules = policies.map((rule): [string, string] => [rule.name, hashOf(ruleText(rule))]);
  const { engine, brakes, rates, prices_allow_uncertain } = config;
  const money = flat({ engine, brakes, rates, prices_allow_uncertain });
  const book = { version: prices.version, hash: hashOf(JSON.stringify(prices)) };
  return [
    { action: "policy.change", hash: hashOf(JSON.stringify(rules)), values: Object.fromEntries(rules) },
    { action: "prices.change", hash: book.hash, values: book },
    { action: "config.change", hash: hashOf(JSON.stringify(money)), values: money },
  ];
}

/** What differs, in words, one line each. */
export function changedWords(input: InputInForce, before: NamedValues): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(input.values)]);
  const words = [...names].flatMap((name) => changed(input, name, valueAt(before, name), valueAt(input.values, name)));
  // The order of rules decides, and no single rule tells of it.
  return words.length === 0 ? ["the order of the rules"] : words;
}

function changed(
  { action }: InputInForce,
  name: string,
  before: string | undefined,
  now: string | undefined,
): readonly string[] {
  if (before === now) return [];
  if (action === "policy.change") {
    const what = before === undefined ? "new" : now === undefined ? "gone" : "changed";
    return [`rule ${JSON.stringify(name)} ${what}`];
  }
  if (action === "prices.change" && name === "hash") return ["other prices or rules of classes"];
  return [`${name}: ${before ?? "not set"} -> ${now ?? "not set"}`];
}

function valueAt(values: NamedValues, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Without its place in the file: a rule that only stands elsewhere is the same. */
function ruleText(rule: PolicyRule): string {
  const { where: _, places: __, ...said } = rule;
  return JSON.stringify(said, (_name, value: unknown) => (isGlob(value) ? value.source : value));
}

function isGlob(value: unknown): value is Glob {
  return typeof value === "object" && value !== null && "source" in value && "steps" in value;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** `engine.classes.hot` → `"STANDARD"`, sorted by name; lists are one value. */
function flat(fields: Readonly<Record<string, unknown>>, prefix = ""): NamedValues {
  const entries = Object.entries(fields).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (isRecord(value)) return Object.entries(flat(value, `${prefix}${name}.`));
    return [[`${prefix}${name}`, JSON.stringify(value)]];
  });
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
