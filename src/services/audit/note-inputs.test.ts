import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/state-sqlite.ts";
import { openContext } from "../../apps/wiring.ts";
import { parsePolicies } from "../../config/policy-file.ts";
import { builtInPriceBook } from "../../config/price-books.ts";
import { configSchema } from "../../config/schema.ts";
import type { PriceBook } from "../../core/pricing/price-book.ts";
import type { AuditRecord } from "../../ports/state-store.ts";
import { noteInputs } from "./note-inputs.ts";

const SECRET = "sesame-open-wide";
const RULES = `
policies:
  - { name: hold, pattern: "legal/*", action: never_tier_down }
  - { name: logs, pattern: "logs/*", action: { pin: warm } }
`;
const RULES_CHANGED = RULES.replace("pin: warm", "pin: cold").replace("name: hold", "name: legal");
const RULES_REORDERED = `
policies:
  - { name: logs, pattern: "logs/*", action: { pin: warm } }
  - { name: hold, pattern: "legal/*", action: never_tier_down }
`;

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});

afterAll(() => folder?.[Symbol.asyncDispose]());

interface Inputs {
  readonly rules?: string;
  readonly prices?: PriceBook;
  readonly config?: Record<string, unknown>;
}

/** What is told after each of several calls on one state file. */
async function told(name: string, ...steps: readonly Inputs[]): Promise<AuditRecord[][]> {
  const all: AuditRecord[][] = [];
  let seen = 0;
  for (const { rules, prices = builtInPriceBook(), config = {} } of steps) {
    const credentials = { access_key_id: SECRET, secret_access_key: SECRET, session_token: SECRET };
    const base = { s3: { credentials }, log: { path: folder.file("log.db") }, state: { path: folder.file(name) } };
    const policies = rules === undefined ? [] : parsePolicies("policies.yaml", rules);
    await using ctx = await openContext(configSchema.parse({ ...base, ...config }), { prices, policies });
    await noteInputs({ ctx });
    const entries = (await ctx.state.auditEntries({ limit: 100 })).toReversed();
    all.push(entries.slice(seen));
    seen = entries.length;
  }
  return all;
}

function changes(entries: readonly AuditRecord[] | undefined): unknown {
  return Object.fromEntries((entries ?? []).map(({ action, detail }) => [action, detail["changes"]]));
}

describe("rules, prices and limits", () => {
  test("are told when first seen, and not again while they stay, wherever in the file a rule stands", async () => {
    const [first, again, shifted] = await told(
      "same.db",
      { rules: RULES },
      { rules: RULES },
      { rules: `\n\n${RULES}` },
    );
    const once = ["first seen"];
    expect(changes(first)).toEqual({ "policy.change": once, "prices.change": once, "config.change": once });
    for (const { detail } of first ?? []) expect(detail["old"]).toBeNull();
    expect(again).toEqual([]);
    expect(shifted).toEqual([]);
  });

  test("other rules are named, also where only their order changed", async () => {
    const steps = [{ rules: RULES }, { rules: RULES_CHANGED }, { rules: RULES }, { rules: RULES_REORDERED }, {}];
    const [first, changed, , reordered, none] = await told("rules.db", ...steps);
    expect(changes(changed)).toEqual({
      "policy.change": ['rule "hold" gone', 'rule "logs" changed', 'rule "legal" new'],
    });
    expect(changed?.[0]?.detail["old"]).toBe(first?.[0]?.detail["new"]);
    expect(changes(reordered)).toEqual({ "policy.change": ["the order of the rules"] });
    expect(changes(none)).toEqual({ "policy.change": ['rule "logs" gone', 'rule "hold" gone'] });
  });

  test("another price book, also under its old version", async () => {
    const book = builtInPriceBook();
    const silent = { ...book, list: null };
    const [, named, unnamed] = await told(
      "prices.db",
      {},
      { prices: { ...book, version: "next" } },
      { prices: { ...silent, version: "next" } },
    );
    expect(changes(named)).toEqual({
      "prices.change": [`version: ${book.version} -> next`, "other prices or rules of classes"],
    });
    expect(changes(unnamed)).toEqual({ "prices.change": ["other prices or rules of classes"] });
  });

  test("limits that concern money, with the old value and the new one; never a secret", async () => {
    const limits = { engine: { max_payback_days: 365 }, brakes: { fee_per_day_usd: 99, bytes_per_run: 7 } };
    const elsewhere = { ...limits, s3: { endpoint: "http://127.0.0.1:9" } };
    const [first, changed, same] = await told("config.db", {}, { config: limits }, { config: elsewhere });
    expect(changes(changed)).toEqual({
      "config.change": [
        "brakes.fee_per_day_usd: 25 -> 99",
        "engine.max_payback_days: 180 -> 365",
        "brakes.bytes_per_run: not set -> 7",
      ],
    });
    expect(same).toEqual([]);
    expect(JSON.stringify([first, changed])).not.toContain(SECRET);
  });
});
