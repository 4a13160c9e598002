import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import {
  DECISION_MS,
  type DecisionCase,
  type SqlDecision,
  decided,
  decisionCases,
  decisionRows,
  differences,
} from "../../../test/support/decision-rows.ts";
import { policyRules } from "../../../test/support/policies.ts";
import { AWS } from "../../../test/support/prices.ts";
import { compilePolicies } from "../policy/policy-constraints.ts";
import { ACCESS_COLUMNS, accessBatch } from "./access-table.ts";
import { type DecisionSqlTerms, decisionSql, sqlObstacle } from "./decision-sql.ts";

const ROWS = decisionRows(4000);
const TABLES = { inventory: "inventory", accessState: "access_state" };

function termsOf({ strategy, deciding }: DecisionCase, dialect: DecisionSqlTerms["dialect"]): DecisionSqlTerms {
  return { dialect, tables: TABLES, bucket: "data", nowMs: DECISION_MS, strategy, deciding };
}

describe("in DuckDB", () => {
  let ask: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
  let close = (): void => undefined;
  beforeAll(async () => {
    const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
    const connection = await instance.connect();
    ask = async (sql) => (await connection.runAndReadAll(sql)).getRowObjects();
    close = () => {
      connection.closeSync();
      instance.closeSync();
    };
    await ask(
      `CREATE TABLE inventory (key VARCHAR, size_bytes BIGINT, etag VARCHAR, last_modified_ms BIGINT, storage_class VARCHAR, replication_status VARCHAR, legal_hold BOOLEAN, retain_until_ms BIGINT)`,
    );
    const stored = ROWS.map(({ stored: { key, sizeBytes, etag, lastModifiedMs, storageClass } }) =>
      values([key, sizeBytes, etag, lastModifiedMs, storageClass, null, null, null]),
    );
    await ask(`INSERT INTO inventory VALUES ${stored.join(",")}`);
    const types = { text: "VARCHAR", integer: "BIGINT", number: "DOUBLE" };
    await ask(
      `CREATE TABLE access_state (${ACCESS_COLUMNS.map(({ name, kind }) => `${name} ${types[kind]}`).join(", ")})`,
    );
    const states = ROWS.flatMap(({ state }) => state ?? []);
    const batch = accessBatch(states, DECISION_MS, 90);
    const known = states.map((_, row) => values(ACCESS_COLUMNS.map(({ name }) => batch[name][row] ?? null)));
    await ask(`INSERT INTO access_state VALUES ${known.join(",")}`);
  });
  afterAll(() => close());

  it("what the inventory shows of holds and of replication counts as well", async () => {
    const shown = "200e9::BIGINT, 'e', 0, 'STANDARD'";
    await ask(`CREATE TABLE held AS SELECT * FROM inventory LIMIT 0`);
    await ask(`INSERT INTO held VALUES ('a', ${shown}, 'PENDING', NULL, NULL), ('b', ${shown}, 'COMPLETED', true, NULL),
      ('c', ${shown}, NULL, false, ${DECISION_MS + 1}), ('d', ${shown}, NULL, false, ${DECISION_MS})`);
    const [, each] = decisionCases()[0] ?? [];
    if (!each) throw new Error("there is no case");
    const sql = decisionSql({ ...termsOf(each, "duckdb"), tables: { ...TABLES, inventory: "held" } });
    const said = new Map((await ask(sql)).map((row) => [row["object_key"], row["refusal"] ?? row["kind"]]));
    expect(Object.fromEntries(said)).toEqual({
      a: "replication_pending",
      b: "legal_hold",
      c: "retention_lock",
      d: "move",
    });
  });

  it.each(decisionCases())("%s: every row is as `decide` has it", async (_, each) => {
    const said = new Map<string, SqlDecision>();
    for (const row of await ask(decisionSql(termsOf(each, "duckdb"))))
      said.set(String(row["object_key"]), answerOf(row));
    expect(said.size).toBe(ROWS.length);
    expect(differences(ROWS, each, said)).toEqual([]);
  });
});

function values(row: readonly (string | number | null)[]): string {
  const texts = row.map((value) => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value)));
  return `(${texts.join(", ")})`;
}

function answerOf(row: Readonly<Record<string, unknown>>): SqlDecision {
  const number = (value: unknown): number | null => (value === null ? null : Number(value));
  return {
    kind: String(row["kind"]),
    proposed: String(row["proposed"]),
    refusal: typeof row["refusal"] === "string" ? row["refusal"] : null,
    fee: number(row["fee_micros"]),
    saving: number(row["saving_micros_per_month"]),
  };
}

test("the cases tell every kind of decision apart", () => {
  const kinds = decisionCases().flatMap(([, each]) =>
    ROWS.map((row) => {
      const decision = decided(row, each);
      return decision.kind === "refuse" ? decision.refusal : decision.kind;
    }),
  );
  expect([...new Set(kinds)].toSorted()).toEqual(
    expect.arrayContaining([
      "class_not_managed",
      "cool_down",
      "ignored_by_policy",
      "legal_hold",
      "move",
      "native_rule_conflict",
      "payback",
      "retention_lock",
      "saving_under_fee",
      "stay",
    ]),
  );
});

test.each(["spark", "athena"] as const)("%s reads no function of DuckDB's", (dialect) => {
  for (const [, each] of decisionCases()) {
    const sql = decisionSql(termsOf(each, dialect));
    expect(sql).not.toMatch(/regexp_full_match|ends_with\(|split_part/);
    expect(sql.includes(" & ")).toBe(dialect === "spark");
  }
});

test.each([
  ["- { name: tagged, match: { tags: { keep: yes } }, pin: hot }", {}, '"tagged" (policies.yaml:2:5) asks for tags'],
  ["- { name: other, strategy: predictive }", {}, '"other" (policies.yaml:2:5) names another strategy'],
  ["- { name: fine, pin: hot }", { mechanisms: ["copy", "tag"] as const }, "moves by tag"],
])("what no query can say is named: %s", (rule, more, obstacle) => {
  const [, first] = decisionCases()[0] ?? [];
  if (!first) throw new Error("there is no case");
  const deciding = { ...first.deciding, policies: compilePolicies(policyRules(rule), AWS), ...more };
  expect(sqlObstacle(termsOf({ ...first, deciding }, "duckdb"))).toContain(obstacle);
});
