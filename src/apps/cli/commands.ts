/** Every command, in the order in which the help lists them. */
import type { CommandSpec } from "./command.ts";
import { access } from "./commands/access.ts";
import { apply } from "./commands/apply.ts";
import { backtestState } from "./commands/backtest-state.ts";
import { backtestTraceCommand } from "./commands/backtest-trace.ts";
import { backtestCases } from "./commands/backtest-cases.ts";
import { compare } from "./commands/compare.ts";
import { completion } from "./commands/completion.ts";
import { consume } from "./commands/consume.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { forecast } from "./commands/forecast.ts";
import { generateEvent } from "./commands/generate-event.ts";
import { generateWorkload } from "./commands/generate-workload.ts";
import { list } from "./commands/list.ts";
import { metadataExport } from "./commands/metadata-export.ts";
import { metadataImport } from "./commands/metadata-import.ts";
import { plan } from "./commands/plan.ts";
import { pricesCheck } from "./commands/prices-check.ts";
import { pricesDiff } from "./commands/prices-diff.ts";
import { pricesImport } from "./commands/prices-import.ts";
import { pricesShow } from "./commands/prices-show.ts";
import { policyCheck } from "./commands/policy-check.ts";
import { policyPreview } from "./commands/policy-preview.ts";
import { policySchema } from "./commands/policy-schema.ts";
import { policyTest } from "./commands/policy-test.ts";
import { replay } from "./commands/replay.ts";
import { report } from "./commands/report.ts";
import { runEngine } from "./commands/run-engine.ts";
import { runs } from "./commands/runs.ts";
import { sandbox } from "./commands/sandbox.ts";
import { upload } from "./commands/upload.ts";
import { watch } from "./commands/watch.ts";

export const COMMANDS: readonly CommandSpec[] = [
  demo,
  sandbox,
  generateEvent,
  generateWorkload,
  upload,
  watch,
  consume,
  access,
  runEngine,
  plan,
  apply,
  policyCheck,
  policyTest,
  policyPreview,
  policySchema,
  explain,
  backtestTraceCommand,
  backtestState,
  backtestCases,
  list,
  runs,
  report,
  forecast,
  compare,
  pricesShow,
  pricesDiff,
  pricesCheck,
  pricesImport,
  metadataImport,
  metadataExport,
  replay,
  doctor,
  completion,
];

/** What the first word of two-word commands stands for. */
export const SUBCOMMAND_GROUPS: Readonly<Record<string, string>> = {
  backtest: "Replay a history under every strategy, and check the sums.",
  prices: "Look at price books, compare them, make them.",
  policy: "Check, test and preview the rules that objects are decided by.",
  metadata: "Exchange creation dates and access counts with other tools.",
};
