/** What a run came to. */
import { styleText } from "node:util";
import { isStopReason, stopAdvice } from "../../../core/brakes.ts";
import type { PlanHeader } from "../../../core/plan.ts";
import type { RunRecord } from "../../../ports/state-store.ts";
import type { ContinueMovesResult } from "../../../services/moving/continue-moves.ts";
import type { RunEngineResult } from "../../../services/moving/run-engine.ts";
import { formatMoney } from "./money.ts";
import { refusalLines, totalsLine } from "./plan-text.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import type { View } from "./view.ts";
import { visible } from "./visible.ts";

/** What is shown before anybody is asked. */
export function planSummary(plan: PlanHeader): string {
  return [refusalLines(plan), totalsLine(plan)].filter((part) => part !== "").join("\n\n");
}

/** `ok` is false where anything failed, or was cut short. */
export function runEngineView({ plan, run, continued }: RunEngineResult, isCutShort: boolean): View {
  const ok = (run === null ? !isCutShort : run.state === "done") && continued.failed === 0;
  return {
    json: { ok, moved: run?.done ?? 0, failed: run?.failed ?? 0, plan, run, continued },
    text: () => {
      const parts = [continuedText(continued)];
      // With a run, the plan was shown before it.
      parts.push(
        run
          ? runText(run)
          : plan.totals.moves > 0
            ? `${planSummary(plan)}\nNothing was moved. Next: astra apply ${plan.id}`
            : planSummary(plan),
      );
      return parts.filter((part) => part !== "").join("\n\n");
    },
  };
}

function continuedText({ done, failed, skipped, waiting }: ContinueMovesResult): string {
  if (done + failed + skipped + waiting === 0) return "";
  return `Taken up from earlier runs: ${formatCount(done)} done, ${formatCount(skipped)} skipped, ${formatCount(failed)} failed, ${formatCount(waiting)} waiting for the store.`;
}

/** What taking a run back would move, or that there is nothing to take back. */
export function undoView(run: RunRecord, plan: PlanHeader): View {
  const nothing = `Run ${run.id} left nothing to take back.`;
  return {
    json: { ok: true, undoes: run.id, plan },
    text: () => {
      const lines = [plan.totals.moves === 0 ? nothing : `${planSummary(plan)}\nApply it: astra apply ${plan.id}`];
      if (run.restoring > 0) {
        const left = `${counted(run.restoring, "object")} of it still wait for the store`;
        lines.push(`${left}: \`astra runs stop ${run.id}\` keeps them from being moved.`);
      }
      return lines.join("\n");
    },
  };
}

export function runView(run: RunRecord): View {
  return { json: { ok: run.state === "done", moved: run.done, failed: run.failed, run }, text: () => runText(run) };
}

const TITLES: Readonly<Record<RunRecord["state"], string>> = {
  running: "Running",
  done: "Done",
  partly: "Partly done",
  failed: "Failed",
  interrupted: "Interrupted; apply the same plan again to go on",
  stopped: "Stopped",
};

/** What held it, and how it goes on. */
function stopText(reason: string, detail: string | null): string[] {
  if (!isStopReason(reason)) return [detail ?? reason];
  const { text, fix } = stopAdvice(reason);
  return [`Why it stopped: ${detail === null ? text : visible(detail)}.`, fix];
}

function runText(run: RunRecord): string {
  const colour = run.state === "done" ? "green" : "yellow";
  const counts = [`${counted(run.done, "object")} moved (${formatBytes(run.movedBytes)})`];
  if (run.skipped > 0) counts.push(`${formatCount(run.skipped)} skipped`);
  if (run.restoring > 0) counts.push(`${formatCount(run.restoring)} waiting for the store`);
  if (run.failed > 0) counts.push(`${formatCount(run.failed)} failed`);
  const lines = [
    `${styleText(colour, `${TITLES[run.state]}:`)} ${counts.join(", ")}.`,
    `Fees ${formatMoney(run.feeMicros)}, projected saving ${formatMoney(run.savingMicrosPerMonth)}/month. Run ${run.id}.`,
  ];
  if (run.stopReason !== null) lines.push(...stopText(run.stopReason, run.stopDetail));
  const reasons = Object.entries(run.reasons).toSorted(([, a], [, b]) => b - a);
  if (reasons.length > 0)
    lines.push(
      "By reason:",
      ...reasons.map(([reason, objects]) => `  ${formatCount(objects)}  ${visible(reason.replaceAll("_", " "))}`),
    );
  return lines.join("\n");
}
