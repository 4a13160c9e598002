/** The runs of the performance page: what each asks `npm run bench` for, and what it aims at. */
import { type Line, numberAt, peerAt } from "./full-line.ts";

export interface FullRun {
  readonly title: string;
  readonly args: readonly string[];
  /** In words; `null` where the run stands beside another one. */
  readonly aim: string | null;
  /** The figure of the aim, in words. */
  readonly figure: (line: Line) => string;
  readonly isMet?: (line: Line) => boolean;
}

const perMillion = (line: Line, amount: string): number =>
  (numberAt(line, "cpuSeconds") / numberAt(line, amount)) * 1e6;
const perThousand = (line: Line): number => (numberAt(line, "cpuSeconds") / numberAt(line, "objects")) * 1000;
const keys = (line: Line): number => numberAt(line, "unitsPerCpuSecond");
const mib = (line: Line): number => Math.round(numberAt(line, "rssPeakBytes") / 2 ** 20);
const short = (value: number): string => String(Number(value.toPrecision(3)));

function decideRun(rows: number, rounds: number): FullRun {
  const seconds = 100;
  return {
    title: `decide ${rows / 1e6} M objects of an inventory`,
    args: ["--only", "decide", "--rows", String(rows), "--rounds", String(rounds)],
    aim:
      rows === 100e6
        ? "≤ 1.0 CPU-s per million; ≤ 100 s wall on 2 quiet cores; RSS < 1.5 GB"
        : "≤ 1.0 CPU-s per million, RSS < 1.5 GB",
    figure: (line) =>
      `${short(perMillion(line, "rows"))} CPU-s per million, ${short(numberAt(line, "wallSeconds"))} s wall, ${mib(line)} MiB`,
    isMet: (line) =>
      perMillion(line, "rows") <= 1 && mib(line) < 1500 && (rows < 100e6 || numberAt(line, "wallSeconds") <= seconds),
  };
}

function streamRun(objects: number, rounds: number): FullRun {
  return {
    title: `consume a million events into the state of ${objects / 1e6} M objects`,
    args: ["--only", "stream", "--events", "1000000", "--objects", String(objects), "--rounds", String(rounds)],
    aim: "≤ 33 CPU-s per million events, one broker, one process",
    figure: (line) =>
      `${short(perMillion(line, "events"))} CPU-s per million, ${short(numberAt(line, "wallSeconds"))} s wall, ${mib(line)} MiB`,
    isMet: (line) => perMillion(line, "events") <= 33,
  };
}

function listRun(objects: number, latencyMs: number): FullRun {
  return {
    title: `list ${objects / 1e6} M keys${latencyMs > 0 ? ` at ${latencyMs} ms` : ""}`,
    args: ["--only", "list", "--objects", String(objects), "--latency", String(latencyMs)],
    aim: latencyMs > 0 ? "by ranges of keys ≥ 3 × one stream" : "≥ 300 k keys per CPU-s, RSS ≤ 150 MB",
    figure: (line) =>
      latencyMs > 0
        ? `${short(parallelGain(line))} × one stream (${Math.round(numberAt(line, "unitsPerSecond")).toLocaleString("en")} keys/s)`
        : `${keys(line).toLocaleString("en")} keys per CPU-s, ${mib(line)} MiB`,
    isMet: (line) => (latencyMs > 0 ? parallelGain(line) >= 3 : keys(line) >= 300_000 && mib(line) <= 150),
  };
}

function parallelGain(line: Line): number {
  const parallel = line.parts["in parallel, by ranges of keys"];
  return parallel ? parallel.unitsPerSecond / numberAt(line, "unitsPerSecond") : Number.NaN;
}

function applyRun(latencyMs: number): FullRun {
  return {
    title: `change the class of 20,000 objects${latencyMs > 0 ? ` at ${latencyMs} ms` : ""}`,
    args: ["--only", "apply", "--objects", "20000", "--latency", String(latencyMs)],
    aim: latencyMs > 0 ? "≥ 2 × the rate of s5cmd (256 workers)" : "≤ 0.15 CPU-s per 1,000",
    figure: (line) =>
      latencyMs > 0
        ? `${short(peerAt(line, "s5cmd")?.ratioPerSecond ?? Number.NaN)} × s5cmd, ${short(perThousand(line))} CPU-s per 1,000`
        : `${short(perThousand(line))} CPU-s per 1,000`,
    isMet: (line) => (latencyMs > 0 ? (peerAt(line, "s5cmd")?.ratioPerSecond ?? 0) >= 2 : perThousand(line) <= 0.15),
  };
}

export const RUNS = {
  "decide-1m": decideRun(1e6, 5),
  "decide-10m": decideRun(10e6, 3),
  "decide-100m": decideRun(100e6, 1),
  apply: applyRun(0),
  "apply-20ms": applyRun(20),
  throttled: {
    title: "the same with 1 % of 503 SlowDown, for a minute or more",
    args: ["--only", "throttled", "--objects", "150000", "--rounds", "1"],
    aim: "nothing lost, ≥ 70 % of the error-free rate",
    figure: (line) => `${short(numberAt(line, "shareOfRate") * 100)} % of the error-free rate, nothing lost`,
    isMet: (line) => numberAt(line, "shareOfRate") >= 0.7,
  },
  "list-100k": listRun(1e5, 0),
  "list-1m": listRun(1e6, 0),
  "list-20ms": listRun(1e6, 20),
  produce: {
    title: "produce events of 300 bytes to Kafka",
    args: ["--only", "produce", "--events", "1000000"],
    aim: "≥ 200 k events per CPU-s through our own validated path",
    figure: (line) =>
      `${short(numberAt(line, "events") / numberAt(line, "cpuSeconds") / 1000)} k events per CPU-s, whole process`,
    isMet: (line) => numberAt(line, "events") / numberAt(line, "cpuSeconds") >= 200_000,
  },
  "stream-1m": streamRun(1e6, 3),
  "stream-10m": streamRun(10e6, 1),
  groups: {
    title: "a backlog shared by 1, 2 and 4 workers",
    args: ["--only", "groups"],
    aim: null,
    figure: (line) =>
      ["2 workers", "4 workers"]
        .map(
          (name) =>
            `${name} ${short((line.parts[name]?.unitsPerSecond ?? Number.NaN) / numberAt(line, "unitsPerSecond"))} ×`,
        )
        .join(", "),
  },
  "decision-latency": {
    title: "event to decision at 10,000 events a second",
    args: ["--only", "decision-latency"],
    aim: "p99 < 100 ms on an idle machine",
    figure: (line) => `p50 ${numberAt(line, "p50Ms")} ms, p99 ${numberAt(line, "p99Ms")} ms`,
    isMet: (line) => numberAt(line, "p99Ms") < 100,
  },
  "access-logs": {
    title: "a million lines of S3 server access logs",
    args: ["--only", "access-logs", "--lines", "1000000"],
    aim: "≤ 1.3 CPU-s per million lines, per-object counts out",
    figure: (line) =>
      `${short(perMillion(line, "lines"))} CPU-s per million, ${short(numberAt(line, "wallSeconds"))} s wall`,
    isMet: (line) => perMillion(line, "lines") <= 1.3,
  },
  "cold-start": {
    title: "`astra --version`, cold",
    args: ["--only", "cold-start"],
    aim: "≤ 30 ms over bare node",
    figure: (line) => `${short(coldMs(line))} ms over bare node`,
    isMet: (line) => coldMs(line) <= 30,
  },
} as const satisfies Readonly<Record<string, FullRun>>;
export type RunName = keyof typeof RUNS;

function coldMs(line: Line): number {
  const bare = peerAt(line, "node --eval 0");
  return bare ? 1000 / numberAt(line, "unitsPerSecond") - 1000 / bare.unitsPerSecond : Number.NaN;
}
