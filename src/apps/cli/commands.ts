/** Every command, in the order in which the help lists them. */
import type { CommandSpec } from "./command.ts";
import { access } from "./commands/access.ts";
import { apply } from "./commands/apply.ts";
import { auditExport } from "./commands/audit-export.ts";
import { auditList } from "./commands/audit-list.ts";
import { auditVerify } from "./commands/audit-verify.ts";
import { brake } from "./commands/brake.ts";
import { dlqDiscard } from "./commands/dlq-discard.ts";
import { dlqList } from "./commands/dlq-list.ts";
import { dlqRetry } from "./commands/dlq-retry.ts";
import { dlqShow } from "./commands/dlq-show.ts";
import { leftovers } from "./commands/leftovers.ts";
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
import { ingestAccessLogs } from "./commands/ingest-access-logs.ts";
import { ingestCloudtrail } from "./commands/ingest-cloudtrail.ts";
import { ingestNotifications } from "./commands/ingest-notifications.ts";
import { iamPolicy } from "./commands/iam-policy.ts";
import { inventoryImport } from "./commands/inventory-import.ts";
import { inventoryList } from "./commands/inventory-list.ts";
import { inventoryRemove } from "./commands/inventory-remove.ts";
import { inventoryShow } from "./commands/inventory-show.ts";
import { list } from "./commands/list.ts";
import { metadataExport } from "./commands/metadata-export.ts";
import { metadataImport } from "./commands/metadata-import.ts";
import { plan } from "./commands/plan.ts";
import { planExport } from "./commands/plan-export.ts";
import { planImportReport } from "./commands/plan-import-report.ts";
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
import { telemetry } from "./commands/telemetry.ts";
import { runEngine } from "./commands/run-engine.ts";
import { runs } from "./commands/runs.ts";
import { sandbox } from "./commands/sandbox.ts";
import { undo } from "./commands/undo.ts";
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
  ingestAccessLogs,
  ingestCloudtrail,
  ingestNotifications,
  inventoryImport,
  inventoryList,
  inventoryShow,
  inventoryRemove,
  runEngine,
  plan,
  planExport,
  planImportReport,
  apply,
  undo,
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
  auditList,
  auditVerify,
  auditExport,
  leftovers,
  report,
  telemetry,
  forecast,
  compare,
  pricesShow,
  pricesDiff,
  pricesCheck,
  pricesImport,
  brake,
  dlqList,
  dlqShow,
  dlqRetry,
  dlqDiscard,
  metadataImport,
  metadataExport,
  replay,
  iamPolicy,
  doctor,
  completion,
];

/** What the first word of two-word commands stands for. */
export const SUBCOMMAND_GROUPS: Readonly<Record<string, string>> = {
  ingest: "Take in what other systems recorded of objects.",
  inventory: "Take, make, look at and remove inventories: what a bucket held at one instant.",
  backtest: "Replay a history under every strategy, and check the sums.",
  prices: "Look at price books, compare them, make them.",
  policy: "Check, test and preview the rules that objects are decided by.",
  iam: "Print the smallest permissions that Astra's work takes.",
  audit: "Look at the record of who did what, verify it, hand it on.",
  dlq: "Look at events that were set aside, send them again or discard them.",
  metadata: "Exchange creation dates and access counts with other tools.",
};
