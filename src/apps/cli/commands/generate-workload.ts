import { EXIT } from "../../../core/errors.ts";
import { PROCESS_NAMES, type ProcessName } from "../../../core/workload/workload-process.ts";
import { MS_PER_DAY } from "../../../core/units.ts";
import type { Context } from "../../../services/context.ts";
import type { GenerateWorkloadResult, WorkloadTarget } from "../../../services/generate-workload.ts";
import { type Call, bucketOf } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted, formatBytes, formatCount } from "../output/size.ts";
import { visible } from "../output/visible.ts";
import { usageError, wholeNumber } from "../parse-options.ts";

const DEFAULTS = { objects: 10_000, days: 365, seed: 1, byteScale: 65_536, start: "2025-01-01" };
/** Object ids are 32-bit integers, and a trace of more takes no reader further. */
const MOST_OBJECTS = 20_000_000;

export const generateWorkload: CommandSpec = {
  name: "generate-workload",
  group: "Events and objects",
  summary: "Generate a stated workload: into a trace, as events, or into a bucket.",
  details: [
    "Shares of all objects, reads per object, medians of lognormal sizes:",
    "logs 35 %, 64 MiB, 4 reads a day for three days, then one in 250 days, deleted after a year;",
    "backups 20 %, 2 GiB, nightly, kept 35, 91 or 365 days, read whole by a drill on one day in 90;",
    "reports 10 %, 8 MiB, made at month ends, 3 reads a day for a week, later read around month ends;",
    "training 10 %, 512 MiB, sets of 200 files read together for 5 days, again on one day in 45;",
    "uploads 20 %, 4 MiB, 3 reads on the first day falling as age^-1.3, one in 2,000 deleted a day;",
    "compliance 5 %, 32 MiB, a read in nine years.",
    "The same options give the same workload, whatever --to says. The formulas are in docs/workloads.md.",
  ].join(" "),
  options: [
    {
      flags: "--to <target>",
      summary:
        "trace:PREFIX writes PREFIX.objects.parquet and PREFIX.accesses.parquet; events prints CloudEvents in the order of time; bucket:NAME uploads what is there on the last day.",
      parse: targetOf,
      isRequired: true,
    },
    { flags: "--kind <list>", summary: `Some of ${PROCESS_NAMES.join(",")}.`, parse: kinds, shownDefault: "all" },
    {
      flags: "--objects <n>",
      summary: "Objects to create over all days.",
      parse: wholeNumber(1, MOST_OBJECTS),
      shownDefault: String(DEFAULTS.objects),
    },
    {
      flags: "--days <n>",
      summary: "Days of the workload.",
      parse: wholeNumber(1, 3660),
      shownDefault: String(DEFAULTS.days),
    },
    { flags: "--start <date>", summary: "First day, UTC.", parse: startDay, shownDefault: DEFAULTS.start },
    {
      flags: "--seed <n>",
      summary: "The same seed gives the same workload.",
      parse: wholeNumber(0),
      shownDefault: String(DEFAULTS.seed),
    },
    {
      flags: "--byte-scale <n>",
      summary: "Bodies are this many times smaller than their objects; a trace has full sizes.",
      parse: wholeNumber(1, 1_000_000_000),
      shownDefault: String(DEFAULTS.byteScale),
    },
  ],
  examples: [
    ["astra generate-workload --to trace:year --objects 1000000", "a trace of a million objects over a year"],
    ["astra generate-workload --to events --bucket data --kind logs,backups --days 90", "events, one a line"],
    ["astra generate-workload --to bucket:data --objects 500 --seed 7", "500 objects' survivors, uploaded now"],
  ],
  async run(call) {
    const { generateWorkload: generate } = await import("../../../services/generate-workload.ts");
    const wanted = call.text("to") ?? "";
    await using ctx = await call.context();
    const target = await openTarget(call, ctx, wanted);
    const asked = call.list("kind");
    const processes = PROCESS_NAMES.filter((name) => asked.includes(name));
    const workload = {
      objects: call.number("objects") ?? DEFAULTS.objects,
      days: call.number("days") ?? DEFAULTS.days,
      startDay: call.number("start") ?? startDay(DEFAULTS.start),
      seed: call.number("seed") ?? DEFAULTS.seed,
      ...(processes.length > 0 && { processes }),
    };
    const progress = call.terminal.progress();
    const result = await generate({ ctx, input: { workload, target, progress: progress.report } }).finally(() =>
      progress.clear(),
    );
    await showResult(call, target, result);
    return EXIT.done;
  },
};

function targetOf(text: string): string {
  if (text === "events" || /^(?:trace|bucket):./.test(text)) return text;
  throw usageError(`${JSON.stringify(text)} is no target`, "Give trace:PREFIX, events, or bucket:NAME.");
}

function kinds(text: string): ProcessName[] {
  return text.split(",").map((name) => {
    const known = PROCESS_NAMES.find((process) => process === name.trim());
    if (known) return known;
    throw usageError(`${JSON.stringify(name)} is no kind`, `Give some of ${PROCESS_NAMES.join(",")}.`);
  });
}

/** Days since 1970-01-01 UTC. */
function startDay(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  // A day that the month does not have would be taken for one of the next.
  if (!Number.isNaN(ms) && ms >= 0 && new Date(ms).toISOString().startsWith(text)) return ms / MS_PER_DAY;
  throw usageError(`${JSON.stringify(text)} is no day from 1970 on`, "Write it as 2025-01-31.");
}

async function openTarget(call: Call, ctx: Context, wanted: string): Promise<WorkloadTarget> {
  const [kind, name] = wanted.split(/:(.*)/s);
  const byteScale = call.number("byteScale") ?? DEFAULTS.byteScale;
  if (kind === "bucket") return { kind, bucket: name ?? "", byteScale };
  if (kind === "trace") {
    const { openTraceFiles } = await import("../../wiring.ts");
    return { kind, files: await openTraceFiles(), prefix: name ?? "" };
  }
  const { jsonLine } = await import("../output/visible.ts");
  return {
    kind: "events",
    bucket: bucketOf(ctx.config),
    byteScale,
    take: (events) => call.terminal.write(events.map((event) => `${jsonLine(event)}\n`).join("")),
  };
}

async function showResult(call: Call, target: WorkloadTarget, result: GenerateWorkloadResult): Promise<void> {
  const made = `${counted(result.objects, "object")} (${formatBytes(result.sizeBytes)}, ${formatCount(result.deleted)} deleted again), ${counted(result.reads, "read")} on ${counted(result.accesses, "object-day")}`;
  if (target.kind === "events") {
    // Standard output has the events, and nothing else.
    if (!call.terminal.isQuiet) call.terminal.note(`${made}.`);
    return;
  }
  const { uploaded, files, ...counts } = result;
  if (target.kind === "bucket") {
    await call.terminal.show({
      json: { ok: true, bucket: target.bucket, uploaded, objects: counts.objects, sizeBytes: counts.sizeBytes },
      text: () =>
        `${counted(uploaded, "object")} uploaded to ${visible(`s3://${target.bucket}`)}, of ${counted(counts.objects, "object")} made.`,
    });
    return;
  }
  await call.terminal.show({
    json: { ok: true, ...counts, files },
    text: () => `${made}, written to ${files.map(({ path }) => visible(path)).join(" and ")}.`,
  });
}
