import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchCase, CannotRun, type Round, check } from "../bench-case.ts";
import { amount } from "../options.ts";
import { timedCommand } from "../timed-command.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const BUNDLE = join(ROOT, "dist", "main.js");
const STARTS = 25;

export const coldStart: BenchCase = {
  name: "cold-start",
  summary: "`astra --version` from the bundle, beside a Node that does nothing, in turns",
  async run(options) {
    if (!existsSync(BUNDLE)) throw new CannotRun("dist/main.js is missing: run `npm run build`");
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const starts = amount(null, STARTS, options.quick);
    const ours: Round[] = [];
    const bare: Round[] = [];
    for (let start = 0; start < starts; start++) {
      const { round, stdout } = await timedCommand(process.execPath, [BUNDLE, "--version"], 1);
      check("version printed", stdout.trim(), version);
      ours.push(round);
      bare.push((await timedCommand(process.execPath, ["--eval", "0"], 1)).round);
    }
    return {
      unit: "start",
      amount: { starts },
      main: { name: "astra --version", rounds: ours },
      parts: [],
      peers: [{ name: "node --eval 0", rounds: bare }],
      detail: { checked: "the version printed" },
    };
  },
};
