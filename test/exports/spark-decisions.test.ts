/** The decision as SQL, run by Spark over the Parquet files that Astra writes: row by row what `decide` says. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { DuckDBInstance } from "@duckdb/node-api";
import { expect, test } from "vitest";
import { ensureSpark } from "../../tools/test-servers.ts";
import { localTraceFiles } from "../../src/adapters/trace-files/local-trace-files.ts";
import { ACCESS_COLUMNS, accessBatch } from "../../src/core/export/access-table.ts";
import { decisionSql } from "../../src/core/export/decision-sql.ts";
import { INVENTORY_COLUMNS } from "../../src/core/inventory.ts";
import {
  DECISION_MS,
  type DecisionRow,
  type SqlDecision,
  decisionCases,
  decisionRows,
  differences,
} from "../support/decision-rows.ts";

const spark = await ensureSpark();
const note = "missing" in spark ? ` (not run: ${spark.missing})` : "";
const SCRIPT = new URL("../support/spark-decisions.py", import.meta.url).pathname;

test.skipIf("missing" in spark)(`Spark decides every row as \`decide\` does${note}`, { timeout: 600_000 }, async () => {
  if ("missing" in spark) throw new Error(spark.missing);
  const folder = await mkdtemp(join(tmpdir(), "astra-spark-"));
  try {
    const rows = decisionRows(1500, 7);
    // With rules, versions and ACLs: the plainer ones are parts of these.
    const all = decisionCases().filter(([name]) => name.includes("rules"));
    const inventory = join(folder, "inventory.parquet");
    const access = join(folder, "access.parquet");
    await writeInventory(rows, inventory);
    const states = rows.flatMap(({ state }) => state ?? []);
    await localTraceFiles().writeTable(access, ACCESS_COLUMNS, [accessBatch(states, DECISION_MS, 90)]);
    const files: string[] = [];
    for (const [index, [, { strategy, deciding }]] of all.entries()) {
      const tables = { inventory: "inventory", accessState: "access_state" };
      const terms = { dialect: "spark", tables, bucket: "data", nowMs: DECISION_MS, strategy, deciding } as const;
      const file = join(folder, `${index}.sql`);
      await writeFile(file, decisionSql(terms));
      files.push(file);
    }
    // Compiled once and run once: the second compiler would never pay its way.
    const env = {
      ...process.env,
      PYSPARK_PYTHON: spark.python,
      JDK_JAVA_OPTIONS: "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    };
    const { stdout } = await promisify(execFile)(spark.python, [SCRIPT, inventory, access, ...files], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    const said = answersOf(stdout);
    for (const [index, [name, each]] of all.entries()) {
      const answers = said.get(files[index] ?? "") ?? new Map<string, SqlDecision>();
      expect(answers.size, name).toBe(rows.length);
      expect(differences(rows, each, answers), name).toEqual([]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** In the form that every inventory has, whoever made it. */
async function writeInventory(rows: readonly DecisionRow[], file: string): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const columns = Object.entries(INVENTORY_COLUMNS).map(([name, type]) => `${name} ${type}`);
  await connection.run(`CREATE TABLE inventory (${columns.join(", ")})`);
  const lines = rows.map(({ stored: { key, sizeBytes, etag, lastModifiedMs, storageClass } }) => {
    const text = `'${key.replaceAll("'", "''")}'`;
    return `(${text}, md5_number_lower(${text}), ${sizeBytes}, '${etag}', ${lastModifiedMs}, '${storageClass}')`;
  });
  const named = "key, key_hash, size_bytes, etag, last_modified_ms, storage_class";
  await connection.run(`INSERT INTO inventory (${named}) VALUES ${lines.join(",")}`);
  await connection.run(`COPY inventory TO '${file}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
}

function answersOf(stdout: string): ReadonlyMap<string, ReadonlyMap<string, SqlDecision>> {
  const queries = new Map<string, Map<string, SqlDecision>>();
  let current = new Map<string, SqlDecision>();
  for (const line of stdout.split("\n").filter((text) => text.startsWith("{"))) {
    const row = JSON.parse(line);
    if ("query" in row) {
      current = new Map();
      queries.set(row.query, current);
    } else {
      const { object_key: key, kind, proposed, refusal, fee_micros: fee, saving_micros_per_month: saving } = row;
      current.set(key, { kind, proposed, refusal, fee, saving });
    }
  }
  return queries;
}
