/** Signs for a terminal, and their plain forms for pipes and files. */

export interface Symbols {
  readonly arrow: string;
  readonly ok: string;
  readonly bad: string;
  readonly bars: readonly string[];
}

const UNICODE: Symbols = { arrow: "→", ok: "✓", bad: "✗", bars: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] };
const PLAIN: Symbols = { arrow: "->", ok: "ok", bad: "FAILED", bars: [".", "1", "2", "3", "4", "5", "6", "7", "8"] };

export function symbols(): Symbols {
  return process.stdout.isTTY && process.env["TERM"] !== "dumb" ? UNICODE : PLAIN;
}

/** Counts as a line of bars, each as high as its share of the most. */
export function sparkline(counts: readonly number[]): string {
  const { bars } = symbols();
  const most = Math.max(1, ...counts);
  return counts
    .map((count) => bars[count === 0 ? 0 : Math.max(1, Math.round((count / most) * (bars.length - 1)))] ?? " ")
    .join("");
}
