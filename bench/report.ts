/** The results as JSON lines, and as a table for a terminal. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { CaseReport, NotRun, Series } from "./bench-case.ts";
import { type Figures, figuresOf, wholeCost } from "./figures.ts";

const ROOT = join(import.meta.dirname, "..");

/** What the figures were taken on. */
export interface Surroundings {
  readonly astra: string;
  readonly commit: string;
  readonly node: string;
  readonly machine: string;
  readonly takenAt: string;
}

export function surroundings(): Surroundings {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return {
    astra: String(version),
    commit:
      git(["rev-parse", "--short", "HEAD"]) + (git(["status", "--porcelain", "--", "src"]) === "" ? "" : "+changes"),
    node: process.version,
    machine: `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
    takenAt: new Date().toISOString(),
  };
}

function git(args: readonly string[]): string {
  try {
    return execFileSync("git", [...args], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    // A copy without its history has no commit to name.
    return "unknown";
  }
}

/** What became of a case. */
export type Result =
  | { readonly name: string; readonly check: "ok"; readonly report: CaseReport }
  | { readonly name: string; readonly check: "failed" | "not run"; readonly reason: string };

/** One line: amount, cost and verdict first, in the words of the command line; everything else after them. */
export function jsonLine(result: Result, where: Surroundings): string {
  if (result.check !== "ok")
    return JSON.stringify({ case: result.name, check: result.check, reason: result.reason, ...where });
  const { unit, amount = {}, main, parts, peers, detail } = result.report;
  const ours = figuresOf(main);
  const { rssPeakBytes, ...rates } = ours;
  return JSON.stringify({
    ...amount,
    ...wholeCost(main),
    rssPeakBytes,
    check: result.check,
    case: result.name,
    unit,
    measured: main.name,
    ...rates,
    parts: Object.fromEntries(parts.map((part) => [part.name, figuresOf(part)])),
    peers: Object.fromEntries(
      peers.map((peer) => [peer.name, "reason" in peer ? { notRun: peer.reason } : peerFigures(peer, ours)]),
    ),
    ...detail,
    ...where,
  });
}

/** `ratio`: how many times the units per CPU-second of ours, and of wall time, are the peer's. */
function peerFigures(peer: Series, ours: Figures) {
  const theirs = figuresOf(peer);
  return {
    ...theirs,
    ratioPerCpuSecond: Number((ours.unitsPerCpuSecond / theirs.unitsPerCpuSecond).toPrecision(3)),
    ratioPerSecond: Number((ours.unitsPerSecond / theirs.unitsPerSecond).toPrecision(3)),
  };
}

const HEADINGS = ["case", "what", "per second", "per CPU-second", "CPU-s per 1,000", "whole process", "RSS peak"];

export function rowsOf(result: Result): string[][] {
  if (result.check !== "ok") return [[result.name, `${result.check}: ${result.reason}`, "", "", "", "", ""]];
  const { main, parts, peers, unit } = result.report;
  const lines: (Series | NotRun)[] = [main, ...parts, ...peers];
  return lines.map((line, index) => {
    const name = index === 0 ? result.name : "";
    if ("reason" in line) return [name, `${line.name} (not run: ${line.reason})`, "", "", "", "", ""];
    const figures = figuresOf(line);
    const whole = figures.processCpuSecondsPer1000;
    const rss = figures.rssPeakBytes;
    return [
      name,
      index === 0 ? `${line.name}, in ${unit}s` : line.name,
      figures.unitsPerSecond.toLocaleString("en"),
      figures.unitsPerCpuSecond.toLocaleString("en"),
      String(figures.cpuSecondsPer1000),
      whole === null ? "" : String(whole),
      rss === null ? "" : `${Math.round(rss / 2 ** 20)} MiB`,
    ];
  });
}

export function textTable(rows: readonly (readonly string[])[]): string {
  const all = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number): string =>
    column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return `${all.map((row) => row.map(pad).join("  ").trimEnd()).join("\n")}\n`;
}
