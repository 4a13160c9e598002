/** The why of one object as text. */
import { styleText } from "node:util";
import type { Decision } from "../../../core/decide.ts";
import type { ClassOption, Explanation } from "../../../services/explain-object.ts";
import { formatDay, formatInstant } from "./date.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { sparkline, symbols } from "./symbols.ts";
import { table } from "./table.ts";
import { tierColour } from "./tier-colour.ts";
import { visible } from "./visible.ts";

export function explanationText(explanation: Explanation): string {
  const sections = [
    heading(explanation),
    decisionText(explanation.decision, explanation.strategy),
    classes(explanation),
    history(explanation),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function heading(explanation: Explanation): string {
  const {
    uri,
    sizeBytes,
    storageClass,
    createdMs,
    ageDays,
    isAgeKnown,
    lastAccessMs,
    windowReads,
    lifetimeReads,
    rate,
  } = explanation;
  const age = `${Math.floor(ageDays)} days old (${isAgeKnown ? "created" : "at least; last written"} ${formatDay(createdMs)})`;
  const last = lastAccessMs === null ? "never read" : `last read ${formatDay(lastAccessMs)}`;
  return [
    styleText("bold", visible(uri)),
    `  ${formatBytes(sizeBytes)} in ${storageClass}, ${age}`,
    `  ${counted(windowReads, "read")} in the window, ${formatCount(lifetimeReads)} in all, ${last}; about ${rate.readsPerMonth.toFixed(1)} a month`,
    `  reads by day: [${sparkline(explanation.readsByDay)}]`,
  ].join("\n");
}

function decisionText(decision: Decision, strategy: string): string {
  const { proposal } = decision;
  const why = proposal ? `${visible(proposal.rule)}: ${visible(proposal.why)}` : "the class is not managed";
  if (decision.kind === "stay") return `Stays. Strategy ${strategy}, ${why}.`;
  if (decision.kind === "refuse") {
    const wish = proposal ? `; the strategy proposes ${proposal.storageClass}` : "";
    return `Stays: ${styleText("yellow", decision.refusal.replaceAll("_", " "))}${wish}. Strategy ${strategy}, ${why}.`;
  }
  const { fee, savingMicrosPerMonth, paybackDays } = decision.sums;
  const payback =
    paybackDays === null ? "never paid back" : `paid back after ${counted(Math.ceil(paybackDays), "day")}`;
  return `Moves to ${styleText(tierColour(decision.proposal.tier), decision.proposal.storageClass)}. Strategy ${strategy}, ${why}.\n  Fee ${formatMoney(fee.totalMicros)}, saves ${formatMoney(savingMicrosPerMonth)}/month, ${payback}.`;
}

function money(micros: number | undefined): string {
  return micros === undefined ? "unknown" : formatMoney(micros);
}

function classes({ classes: options, priceBook }: Explanation): string {
  const rows = options.map((option) => [
    mark(option),
    styleText(tierColour(option.tier), option.storageClass),
    option.latency,
    money(option.bill?.storageMicros),
    money(
      option.bill ? option.bill.requestsMicros + option.bill.retrievalMicros + option.bill.monitoringMicros : undefined,
    ),
    money(option.bill?.totalMicros),
    option.isCurrent ? "" : money(option.sums?.fee.totalMicros),
    option.sums ? formatMoney(option.sums.savingMicrosPerMonth) : "",
  ]);
  const right = "right" as const;
  const columns = [
    { title: "" },
    { title: "class" },
    { title: "latency" },
    { title: "storage/month", align: right },
    { title: "reads/month", align: right },
    { title: "total/month", align: right },
    { title: "fee to move", align: right },
    { title: "saves/month", align: right },
  ];
  return `${table(columns, rows)}\nPrices: ${priceBook}.`;
}

function mark({ isCurrent, isChosen }: ClassOption): string {
  if (isChosen) return isCurrent ? "=" : symbols().arrow;
  return isCurrent ? "*" : "";
}

function history({ history: lines }: Explanation): string {
  if (lines.length === 0) return "";
  const { arrow } = symbols();
  const rows = lines.map(({ updatedMs, move, state, reason }) => [
    formatInstant(updatedMs),
    `${move.from} ${arrow} ${move.to}`,
    reason === null ? state : `${state}: ${visible(reason)}`,
  ]);
  return `History:\n${table([{ title: "" }, { title: "" }, { title: "" }], rows, "  ")}`;
}
