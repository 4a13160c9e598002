/**
 * `npm run bench`: measures, checks what it measured, and prints a table and one JSON line per case. Ends with 1 where the
 * work that was timed did not do what it should have done. There are no limits on time: a figure never fails.
 */
import { type BenchCase, CannotRun } from "./bench-case.ts";
import { accessLogs } from "./cases/access-logs.ts";
import { apply } from "./cases/apply.ts";
import { coldStart } from "./cases/cold-start.ts";
import { decide } from "./cases/decide.ts";
import { decisionLatency } from "./cases/decision-latency.ts";
import { decisionTable } from "./cases/decision-table.ts";
import { groups } from "./cases/groups.ts";
import { list } from "./cases/list.ts";
import { logKafka } from "./cases/log-kafka.ts";
import { logSqlite } from "./cases/log-sqlite.ts";
import { plan } from "./cases/plan.ts";
import { optimum } from "./cases/optimum.ts";
import { produce } from "./cases/produce.ts";
import { stream } from "./cases/stream.ts";
import { throttled } from "./cases/throttled.ts";
import { uploads } from "./cases/uploads.ts";
import { type BenchOptions, USAGE, parseOptions } from "./options.ts";
import { type Result, jsonLine, rowsOf, surroundings, textTable } from "./report.ts";

const CASES: readonly BenchCase[] = [
  logSqlite,
  logKafka,
  produce,
  stream,
  decisionLatency,
  groups,
  uploads,
  decide,
  plan,
  apply,
  throttled,
  list,
  optimum,
  decisionTable,
  accessLogs,
  coldStart,
];
const USAGE_STATUS = 2;

async function runCase(each: BenchCase, options: BenchOptions): Promise<Result> {
  const { name } = each;
  try {
    return { name, check: "ok", report: await each.run(options) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, check: error instanceof CannotRun ? "not run" : "failed", reason };
  }
}

async function runAll(options: BenchOptions): Promise<number> {
  const chosen = CASES.filter(({ name }) => options.only === null || name === options.only);
  if (chosen.length === 0) {
    throw new TypeError(`no case ${options.only ?? ""}; there are ${CASES.map(({ name }) => name).join(", ")}`);
  }
  const where = surroundings();
  const results: Result[] = [];
  for (const each of chosen) {
    process.stderr.write(`${each.name}: ${each.summary}\n`);
    const result = await runCase(each, options);
    results.push(result);
    if (result.check !== "ok") process.stderr.write(`${each.name} ${result.check}: ${result.reason}\n`);
  }
  const rows = results.flatMap(rowsOf);
  if (!options.json) {
    process.stdout.write(`\nAstra ${where.astra} (${where.commit}), Node ${where.node}, ${where.machine}\n\n`);
    process.stdout.write(`${textTable(rows)}\n`);
  }
  for (const result of results) process.stdout.write(`${jsonLine(result, where)}\n`);
  return results.some((result) => result.check === "failed") ? 1 : 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === "help") process.stdout.write(USAGE);
  else process.exitCode = await runAll(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = USAGE_STATUS;
}
