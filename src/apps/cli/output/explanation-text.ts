/** The why of one object as text. */
import { styleText } from "node:util";
import type { MoveSums } from "../../../core/decide.ts";
import { MS_PER_DAY } from "../../../core/units.ts";
import type { Explanation } from "../../../services/explain-object.ts";
import { formatDay, formatInstant } from "./date.ts";
import { classesText } from "./explanation-classes-text.ts";
import { formatMoney } from "./money.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { sparkline, symbols } from "./symbols.ts";
import { table } from "./table.ts";
import { tierColour } from "./tier-colour.ts";
import { visible } from "./visible.ts";

export function explanationText(explanation: Explanation): string {
  const sections = [
    heading(explanation),
    rulesText(explanation),
    decisionText(explanation),
    classesText(explanation),
    history(explanation),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function heading(explanation: Explanation): string {
  const { uri, sizeBytes, storageClass, createdMs, ageDays, isAgeKnown, lastAccessMs, hold } = explanation;
  const age = `${Math.floor(ageDays)} days old (${isAgeKnown ? "created" : "at least; last written"} ${formatDay(createdMs)})`;
  const last = lastAccessMs === null ? "never read" : `last read ${formatDay(lastAccessMs)}`;
  const { windowReads, lifetimeReads, rate, readsByDay } = explanation;
  const lines = [
    styleText("bold", visible(uri)),
    `  ${formatBytes(sizeBytes)} in ${visible(storageClass)}, ${age}${hold === null ? "" : `, ${hold === "legal_hold" ? "under legal hold" : "locked by a retention date"}`}`,
    `  ${counted(windowReads, "read")} in the window, ${formatCount(lifetimeReads)} in all, ${last}; about ${rate.readsPerMonth.toFixed(1)} a month`,
    `  reads by day, the last ${readsByDay.length}: [${sparkline(readsByDay)}]`,
  ];
  if (!explanation.isRemembered)
    lines.push("  The state does not know the object: no event has told of it, nor any metadata file.");
  return lines.join("\n");
}

function rulesText({ rules }: Explanation): string {
  if (rules.length === 0) return "";
  const rows = rules.map(({ name, action, where }) => [
    visible(name),
    visible(action ?? "excludes readers"),
    visible(where),
  ]);
  return `Rules that speak of it:\n${table([{ title: "" }, { title: "" }, { title: "" }], rows, "  ")}`;
}

function decisionText(explanation: Explanation): string {
  const { decision, strategy } = explanation;
  const { proposal } = decision;
  const why = proposal ? `${visible(proposal.rule)}: ${visible(proposal.why)}` : "nothing was proposed";
  const by = `Strategy ${strategy}, ${why}.`;
  const lines: string[] = [];
  if (decision.kind === "stay") lines.push(`Stays. ${by}`);
  else if (decision.kind === "move") {
    const { tier, storageClass } = decision.proposal;
    const ordered =
      decision.policy.orderedBy === null
        ? ""
        : ` Ordered by rule "${visible(decision.policy.orderedBy)}", whatever it costs.`;
    lines.push(
      `Moves to ${styleText(tierColour(tier), visible(storageClass))}. ${by}${ordered}`,
      sumsText(decision.sums, explanation.atMs),
    );
  } else {
    const reason = `${decision.refusal.replaceAll("_", " ")}${decision.detail === null ? "" : ` (${visible(decision.detail)})`}`;
    const wish = proposal ? `; ${visible(proposal.storageClass)} is proposed` : "";
    lines.push(`Stays: ${styleText("yellow", reason)}${wish}. ${by}`);
    if (decision.sums) lines.push(sumsText(decision.sums, explanation.atMs));
  }
  return [...lines, `  ${confidence(explanation)}`, `  ${review(explanation)}`].join("\n");
}

function sumsText({ fee, savingMicrosPerMonth, paybackDays }: MoveSums, nowMs: number): string {
  const lines = [
    ["requests", fee.requestsMicros + fee.tagMicros],
    ["reading out", fee.retrievalMicros],
    ["rest of the minimum duration", fee.earlyDeletionMicros],
    ["old version", fee.noncurrentMicros],
  ] as const;
  const parts = lines.filter(([, micros]) => micros > 0).map(([name, micros]) => `${name} ${formatMoney(micros)}`);
  const payback =
    paybackDays === null
      ? "never paid back"
      : `paid back after ${counted(Math.ceil(paybackDays), "day")} (${formatDay(nowMs + paybackDays * MS_PER_DAY)})`;
  return `  Fee ${formatMoney(fee.totalMicros)} (${parts.join(", ")}), saves ${formatMoney(savingMicrosPerMonth)}/month, ${payback}.`;
}

/** How sure the choice is, or what it goes by where it makes no claim. */
function confidence({ prediction, strategy, decision, lifetimeReads, rate }: Explanation): string {
  if (prediction) {
    const chance = `${formatPercent(prediction.readChance)} chance of a read within ${counted(Math.round(prediction.horizonDays), "day")}`;
    const saves = `${formatMoney(prediction.savingMicrosPerMonth)}/month expected by its model`;
    return `Confidence: ${chance}, learned from ${counted(Math.floor(prediction.observedDays), "day")} of history; ${saves}.`;
  }
  if (decision.policy.orderedBy !== null) return "Confidence: none needed, a rule orders it.";
  if (strategy === "matrix") return "Confidence: none stated, the matrix is a fixed table of age, reads and name.";
  return `Confidence: none stated; it goes by the object's own read rate of ${rate.readsPerMonth.toFixed(1)} a month, from ${counted(lifetimeReads, "read")}.`;
}

function formatPercent(chance: number): string {
  const percent = chance * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

/** When looking again may change something. */
function review({ decision, prediction, nextChange, reviewInDays, atMs }: Explanation): string {
  if (decision.kind === "move") return "Looked at again: when it is moved, and then by every plan.";
  const otherwise = nextChange ? `; if nothing is read, it would then move to ${nextChange.to}` : "";
  if (reviewInDays === null)
    return "Looked at again: by every plan; if nothing is read, nothing changes within two years.";
  const onDay = `${formatDay(atMs + reviewInDays * MS_PER_DAY)} (in ${counted(Math.ceil(reviewInDays), "day")})`;
  return prediction
    ? `Looked at again: ${onDay}, or after the next read.`
    : `Looked at again: by every plan; it changes on ${onDay}${otherwise}.`;
}

function history({ history: lines }: Explanation): string {
  if (lines.length === 0) return "";
  const { arrow } = symbols();
  const rows = lines.map(({ updatedMs, move, state, reason }) => [
    formatInstant(updatedMs),
    `${visible(move.from)} ${arrow} ${visible(move.to)}`,
    reason === null ? state : `${state}: ${visible(reason)}`,
    `${visible(move.rule)}: ${visible(move.why)}; fee ${formatMoney(move.feeMicros)}`,
  ]);
  return `Earlier decisions:\n${table([{ title: "" }, { title: "" }, { title: "" }, { title: "" }], rows, "  ")}`;
}
