/** A line on a terminal that says how far the work is, how fast, and when it will be done. */
import type { Progress } from "../../../services/context.ts";
import { formatSpan } from "./date.ts";
import { formatCount } from "./size.ts";

/** Ten times a second: smooth to the eye, nothing to the processor. */
const REDRAW_MS = 100;
const CLEAR_LINE = "\r\u001b[2K";

export interface ProgressLine {
  readonly report: Progress;
  /** Takes the line away. */
  clear(): void;
}

const SILENT: ProgressLine = { report: () => undefined, clear: () => undefined };

/** Silent unless stderr is a terminal that understands it. */
export function progressLine(isWanted: boolean): ProgressLine {
  if (!isWanted || !process.stderr.isTTY || process.env["TERM"] === "dumb") return SILENT;
  const startedMs = performance.now();
  let drawnMs = 0;
  let isDrawn = false;
  return {
    report(done, total, unit) {
      const nowMs = performance.now();
      if (nowMs - drawnMs < REDRAW_MS) return;
      drawnMs = nowMs;
      isDrawn = true;
      process.stderr.write(CLEAR_LINE + progressText(done, total, unit, nowMs - startedMs));
    },
    clear() {
      if (isDrawn) process.stderr.write(CLEAR_LINE);
      isDrawn = false;
    },
  };
}

/** `1,200 of 10,000 events (12 %), 400/s, 22 s left`. */
export function progressText(done: number, total: number | null, unit: string, elapsedMs: number): string {
  const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const rate = `${formatCount(Math.round(perSecond))}/s`;
  if (total === null || total <= 0) return `${formatCount(done)} ${unit}, ${rate}`;
  const percent = Math.floor((done / total) * 100);
  const left = perSecond > 0 ? `, ${formatSpan(((total - done) / perSecond) * 1000)} left` : "";
  return `${formatCount(done)} of ${formatCount(total)} ${unit} (${percent} %), ${rate}${left}`;
}
