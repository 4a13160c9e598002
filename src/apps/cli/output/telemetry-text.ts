/** Costs of telemetry as text. */
import { MS_PER_DAY } from "../../../core/units.ts";
import type { Telemetry, TelemetryCost } from "../../../core/telemetry-cost.ts";
import type { TelemetryReport } from "../../../services/show-telemetry.ts";
import { formatDay } from "./date.ts";
import { formatMoney } from "./money.ts";
import { counted } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const NAMES: Readonly<Record<Telemetry, string>> = {
  "access-log": "server access logs, kept a month",
  cloudtrail: "CloudTrail data events",
  "inventory-daily": "S3 Inventory, daily",
  "inventory-weekly": "S3 Inventory, weekly",
  sqs: "event notifications by SQS",
  eventbridge: "event notifications by EventBridge",
};

const BASES: Readonly<Record<TelemetryCost["basis"], string>> = {
  read: "from what was read",
  "access-logs": "reckoned from the access logs",
  objects: "from the number of objects",
  unknown: "unknown: nothing of it was read",
};

/** Every source with its cost, what was read so far, and the saving. */
export function telemetryText({ bucket, read, objects, costs, saving }: TelemetryReport): string {
  const rows = costs.map(({ source, microsPerMonth, basis }) => [
    NAMES[source],
    microsPerMonth === null ? "unknown" : formatMoney(microsPerMonth),
    BASES[basis],
  ]);
  const shown = table([{ title: "Source" }, { title: "A month", align: "right" }, { title: "" }], rows, "  ");
  const found = read.map(({ kind, sources, lines, days }) => {
    const span = days ? `, ${formatDay(days.first * MS_PER_DAY)} to ${formatDay(days.last * MS_PER_DAY)}` : "";
    return `Read so far: ${counted(lines, "record")} in ${counted(sources, "part")} of ${kind}s${span}.`;
  });
  return [
    `What it costs to know how s3://${visible(bucket)} is used (${counted(objects, "object")}):`,
    shown,
    "",
    ...found,
    savingText(saving),
  ].join("\n");
}

function savingText(saving: TelemetryReport["saving"]): string {
  if (!saving) return "The saving is not known: there is no run yet; name a plan with --plan.";
  const what = saving.of === "plan" ? "The plan saves" : "Runs so far save";
  return `${what} ${formatMoney(saving.microsPerMonth)} a month.`;
}
