import { EXIT } from "../../../core/errors.ts";
import { STRATEGY_NAMES } from "../../../core/policy/policy.ts";
import type { CommandSpec } from "../command.ts";
import { wholeNumber } from "../parse-options.ts";

const DEFAULTS = { objects: 2000, days: 400, seed: 1, byteScale: 65_536, strategy: "matrix" } as const;

export const demo: CommandSpec = {
  name: "demo",
  group: "Start here",
  summary: "Live 400 days of a workload with Astra, without, and by S3's own means, and compare the bills.",
  details:
    "Needs nothing but Node: the store is the sandbox, the log and the state are temporary files, the days are virtual. " +
    "S3's own means are a lifecycle configuration (30 days STANDARD_IA, 90 days GLACIER_IR) and Intelligent-Tiering; " +
    "each way is a life of its own, and every bill is the store's ledger. A store that keeps no ledger is lived in with " +
    "Astra and without only.",
  usesConfig: false,
  options: [
    {
      flags: "--objects <n>",
      summary: "Objects of the workload.",
      parse: wholeNumber(1, 1_000_000),
      shownDefault: String(DEFAULTS.objects),
    },
    {
      flags: "--days <n>",
      summary: "Days to live.",
      parse: wholeNumber(1, 10_000),
      shownDefault: String(DEFAULTS.days),
    },
    {
      flags: "--seed <n>",
      summary: "The same seed gives the same result.",
      parse: wholeNumber(0),
      shownDefault: String(DEFAULTS.seed),
    },
    {
      flags: "--byte-scale <n>",
      summary: "Bodies count as this many times their size.",
      parse: wholeNumber(1, 1_000_000_000),
      shownDefault: String(DEFAULTS.byteScale),
    },
    {
      flags: "--strategy <name>",
      summary: "What Astra decides by: `matrix` may make readers wait, the others do not.",
      choices: STRATEGY_NAMES,
      shownDefault: DEFAULTS.strategy,
    },
    { flags: "--kafka <host:port>", summary: "Broker to use as the log." },
    { flags: "--s3-endpoint <url>", summary: "Store to use; keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." },
  ],
  examples: [
    ["astra demo", "the whole loop in about half a minute"],
    ["astra demo --strategy predictive", "the same life, decided by what was learned of it"],
    ["astra demo --seed 7 --json", "another workload, the result as one line of JSON"],
  ],
  async run(call) {
    const { renderDemo, runDemo } = await import("../../demo/run-demo.ts");
    const progress = call.terminal.progress();
    const kafka = call.text("kafka");
    const s3Endpoint = call.text("s3Endpoint");
    const report = await runDemo({
      objects: call.number("objects") ?? DEFAULTS.objects,
      days: call.number("days") ?? DEFAULTS.days,
      seed: call.number("seed") ?? DEFAULTS.seed,
      byteScale: call.number("byteScale") ?? DEFAULTS.byteScale,
      strategy: STRATEGY_NAMES.find((name) => name === call.text("strategy")) ?? DEFAULTS.strategy,
      progress: progress.report,
      signal: call.signal,
      ...(kafka !== undefined && { kafka }),
      ...(s3Endpoint !== undefined && { s3Endpoint }),
    }).finally(() => progress.clear());
    await call.terminal.show({ json: { ...report }, text: () => renderDemo(report).trimEnd() });
    return report.ok ? EXIT.done : EXIT.failed;
  },
};
