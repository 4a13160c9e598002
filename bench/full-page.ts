/** The performance page and its plots, from the lines of the runs. */
import { type FullRun, RUNS } from "./full-runs.ts";
import { type Line, numberAt } from "./full-line.ts";
import { lineChart } from "./line-chart.ts";

/** Markdown. */
export function page(lines: readonly Line[]): string {
  return [
    "# Performance, as last measured",
    "",
    "Made by `npm run bench:full`, one run after another; every figure is of the run named in its row, none is carried over from",
    "another machine. CPU-seconds are user and system time of the measured process with all its threads from start to exit;",
    "servers and fixtures run in other processes. Medians over the rounds, each in a fresh process; the result of all work was",
    "checked by an independent reader. Wall times depend on what else the machine does.",
    "",
    "| work | aim | measured | |",
    "|---|---|---|---|",
    ...lines.map(aimRow),
    "",
    "![CPU per million rows decided](decide.svg)",
    "![CPU per million events](stream.svg)",
    "![CPU per million keys listed](list.svg)",
    "",
    "## Every line",
    "",
    "| run | what | rounds | per second | per CPU-second | CPU-s per 1,000 | RSS peak | against us, per CPU-second |",
    "|---|---|--:|--:|--:|--:|--:|--:|",
    ...lines.flatMap(detailRows),
    "",
    "## Where and when",
    "",
    ...lines.map(
      ({ run, astra, commit, node, machine, takenAt, besides }) =>
        `- ${run}: Astra ${astra} (${commit}), Node ${node}, ${machine}, ${takenAt}${besides ? `; ${besides}` : ""}`,
    ),
    "",
  ].join("\n");
}

function runOf({ run }: Line): FullRun | null {
  const entry = Object.entries(RUNS).find(([name]) => name === run);
  return entry ? entry[1] : null;
}

function aimRow(line: Line): string {
  const run = runOf(line);
  if (!run) return `| ${line.run} | | no run of this name any more | |`;
  if (line.check !== "ok") return `| ${run.title} | ${run.aim ?? ""} | ${line.check}: ${line.reason ?? ""} | |`;
  const verdict = run.isMet ? (run.isMet(line) ? "met" : "**missed**") : "";
  return `| ${run.title} | ${run.aim ?? ""} | ${run.figure(line)} | ${verdict} |`;
}

function detailRows(line: Line): string[] {
  if (line.check !== "ok") return [];
  const { unitsPerSecond, unitsPerCpuSecond, cpuSecondsPer1000, rssPeakBytes, rounds } = line;
  const own = [
    { name: String(line["measured"]), unitsPerSecond, unitsPerCpuSecond, cpuSecondsPer1000, rssPeakBytes, rounds },
  ];
  const parts = Object.entries(line.parts).map(([name, figures]) => Object.assign({ name }, figures));
  const peers = Object.entries(line.peers).map(([name, figures]) => Object.assign({ name }, figures));
  return [...own, ...parts, ...peers].map((each, index) => {
    const name = index === 0 ? line.run : "";
    if ("notRun" in each) return `| ${name} | ${each.name} | | not run: ${String(each.notRun)} | | | | |`;
    const ratio = "ratioPerCpuSecond" in each ? `1 : ${String(each.ratioPerCpuSecond)}` : "";
    const cells = [count(each.unitsPerSecond), count(each.unitsPerCpuSecond), String(each.cpuSecondsPer1000)];
    return `| ${[name, each.name, count(each.rounds), ...cells, mib(each.rssPeakBytes), ratio].join(" | ")} |`;
  });
}

function count(value: unknown): string {
  return typeof value === "number" ? value.toLocaleString("en") : "";
}

function mib(value: unknown): string {
  return typeof value === "number" ? `${Math.round(value / 2 ** 20)} MiB` : "";
}

const GROWTH = [
  { file: "decide.svg", title: "CPU-s per million rows decided", amount: "rows", runs: /^decide-\d/, aim: 1 },
  {
    file: "stream.svg",
    title: "CPU-s per million events, by objects in the state",
    amount: "objects",
    runs: /^stream-/,
    aim: 33,
  },
  {
    file: "list.svg",
    title: "CPU-s per million keys listed",
    amount: "objects",
    runs: /^list-\d+.$|^list-1m$/,
    aim: 3.33,
  },
] as const;

/** SVG files: cost per unit over the amount; flat is what is wanted. */
export function plots(lines: readonly Line[]): { readonly file: string; readonly svg: string }[] {
  return GROWTH.map(({ file, title, amount, runs, aim }) => {
    const points = lines
      .filter(({ run, check }) => runs.test(run) && check === "ok")
      .map((line) => {
        const units = "events" in line ? numberAt(line, "events") : numberAt(line, amount);
        return { x: numberAt(line, amount), y: (numberAt(line, "cpuSeconds") / units) * 1e6 };
      });
    return { file, svg: lineChart({ title, xLabel: amount, points, aim }) };
  });
}
