/**
 * A soak of simulated worlds: `npm run simulate -- --seeds 100000 [--start N] [--sabotage NAME]`, or one of them told step
 * by step: `npm run simulate -- --seed N --trace`. Ends with `N seeds, N failed`; the exit status is 1 where any failed.
 */
import { parseArgs } from "node:util";
import { runSeed } from "../test/simulation/run-seed.ts";
import { SABOTAGES, type Sabotage } from "../test/simulation/sabotage.ts";
import { SEEDS, failureText } from "../test/simulation/seeds.ts";

/** Lines of the story that are shown of a failing seed without `--trace`. */
const LAST_LINES = 25;
const PROGRESS_EVERY_MS = 5000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: String(SEEDS) },
    start: { type: "string", default: "1" },
    seed: { type: "string" },
    sabotage: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

const sabotage = sabotageNamed(values.sabotage);
const start = wholeNumber("start", values.seed ?? values.start);
const count = values.seed === undefined ? wholeNumber("seeds", values.seeds) : 1;
let failed = 0;
let shownMs = Date.now();
for (let seed = start; seed < start + count; seed += 1) {
  const result = await runSeed(seed, sabotage);
  if (values.trace) process.stdout.write(`${result.story().join("\n")}\n`);
  if (result.findings.length > 0) {
    failed += 1;
    if (!values.trace) process.stdout.write(`${result.story().slice(-LAST_LINES).join("\n")}\n`);
    process.stdout.write(`${failureText(result, sabotage)}\n`);
  }
  if (Date.now() - shownMs >= PROGRESS_EVERY_MS) {
    shownMs = Date.now();
    process.stderr.write(`${seed - start + 1} of ${count} seeds, ${failed} failed\n`);
  }
}
if (failed > 0) process.exitCode = 1;
process.stdout.write(`${count} seeds, ${failed} failed\n`);

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  process.stderr.write(`--${name} must be a whole number ≥ 1, not ${text}\n`);
  process.exit(64);
}

function sabotageNamed(name: string | undefined): Sabotage | null {
  if (name === undefined) return null;
  const found = SABOTAGES.find((each) => each.name === name);
  if (found) return found;
  process.stderr.write(`no sabotage is named ${name}; there are:\n`);
  for (const each of SABOTAGES) process.stderr.write(`  ${each.name}: ${each.fault}\n`);
  process.exit(64);
}
