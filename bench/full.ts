/**
 * `npm run bench:full`: every row of the performance page, each measured by a run of its own, with growth; writes
 * bench/results/: the page, its plots, and one JSON line per run. `--only NAME,NAME` measures those runs anew and keeps the
 * other lines; `--besides TEXT` keeps what else the machine did meanwhile; `--page` measures nothing and writes the page from the lines there are.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { RUNS, type RunName } from "./full-runs.ts";
import { type Line, parseLine } from "./full-line.ts";
import { page, plots } from "./full-page.ts";

const RESULTS = join(import.meta.dirname, "results");
const LINES = join(RESULTS, "latest.ndjson");

/** @throws Error where the run could not be begun */
async function measured(name: RunName, rounds: string | undefined): Promise<string> {
  const args = [join(import.meta.dirname, "run.ts"), ...RUNS[name].args, "--json"];
  if (rounds !== undefined) args.push("--rounds", rounds);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return out.trim();
}

function linesBefore(): Map<string, string> {
  if (!existsSync(LINES)) return new Map();
  const lines = readFileSync(LINES, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => [parseLine(line).run, line]));
}

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string" },
    besides: { type: "string" },
    page: { type: "boolean", default: false },
  },
});
const names = Object.keys(RUNS).filter((name): name is RunName => Object.hasOwn(RUNS, name));
const asked = values.only?.split(",");
const chosen = values.page ? [] : names.filter((name) => !asked || asked.includes(name));
if (chosen.length === 0 && !values.page) {
  process.stderr.write(`no run ${values.only ?? ""}; there are ${names.join(", ")}\n`);
  process.exit(2);
}
const lines = linesBefore();
mkdirSync(RESULTS, { recursive: true });
for (const name of chosen) {
  const line = await measured(name, values.rounds);
  process.stderr.write(`${name}: ${line.slice(0, 160)}\n`);
  const { besides } = values;
  lines.set(name, JSON.stringify({ run: name, ...JSON.parse(line), ...(besides !== undefined && { besides }) }));
  // After each run: a run of hours that is broken off keeps what it has.
  const kept = names.flatMap((each) => lines.get(each) ?? []);
  writeFileSync(LINES, `${kept.join("\n")}\n`);
}
const found: readonly Line[] = names.flatMap((name) => {
  const line = lines.get(name);
  return line === undefined ? [] : [parseLine(line)];
});
writeFileSync(join(RESULTS, "latest.md"), page(found));
for (const { file, svg } of plots(found)) writeFileSync(join(RESULTS, file), svg);
process.exitCode = found.some(({ check }) => check === "failed") ? 1 : 0;
