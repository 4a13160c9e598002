import { EXIT } from "../../../core/errors.ts";
import type { FollowInput, IngestAccessLogsResult } from "../../../services/reads/ingest-access-logs.ts";
import type { Call } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { counted } from "../output/size.ts";
import { wholeNumber } from "../parse-options.ts";
import { VERSION } from "../version.ts";

/** Most records reach the log bucket within a few hours; a look costs a request. */
const INTERVAL_SECONDS = 300;

export const ingestAccessLogs: CommandSpec = {
  name: "ingest access-logs",
  group: "Events and objects",
  summary: "Count the reads that S3 server access logs tell of.",
  details: [
    "Takes files and folders of this machine, and prefixes of log buckets, plain or gzipped.",
    "GETs of objects, also through a website endpoint, that gave data (200 or 206) are added up by object and day and written into the state, with the names of what was read in the same transaction: a file counts once, whatever it is called and however often it is given, and a run that was killed goes on where it was.",
    "Reads by excluded principals and by Astra itself are left out, everything else is counted and left.",
    "Lines that can't be read, and those more than a day ahead of the clock, are counted by reason, the first ones are named, and the rest goes on.",
    "Where the configuration names buckets, reads of others are left out.",
  ].join(" "),
  arguments: [{ form: "<source...>", summary: "Files, folders with their subfolders, or s3://LOG-BUCKET/PREFIX." }],
  options: [
    { flags: "--follow", summary: "Go on looking for new log files until Ctrl-C or SIGTERM." },
    {
      flags: "--interval <seconds>",
      summary: "With --follow, time between two looks.",
      parse: wholeNumber(1, 86_400),
      shownDefault: String(INTERVAL_SECONDS),
    },
  ],
  examples: [
    ["astra ingest access-logs s3://my-logs/data/ --bucket data --follow", "new log objects as they come"],
    ["astra ingest access-logs ./logs 2026-11-*.gz --json", "files and folders; the counts as one line of JSON"],
  ],
  async run(call) {
    const [{ ingestAccessLogs: ingest }, { openLogFiles }, { accessLogsText }] = await Promise.all([
      import("../../../services/reads/ingest-access-logs.ts"),
      import("../../log-files.ts"),
      import("../output/access-logs-text.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const follow = call.has("follow") ? await following(call) : null;
    const input = { sources: call.arguments, files: await openLogFiles(), follow, progress: progress.report };
    const result: IngestAccessLogsResult = await ingest({ ctx, input }).finally(() => progress.clear());
    const summary = { ...(follow && { type: "summary" }), ok: result.isWhole, ...result };
    await call.terminal.show({ json: summary, text: () => accessLogsText(result) });
    return result.isWhole ? EXIT.done : EXIT.partlyApplied;
  },
};

/** What is told between two looks. */
async function following(call: Call): Promise<FollowInput> {
  const { terminal } = call;
  if (terminal.isJson) await terminal.line({ type: "version", version: VERSION, command: "ingest access-logs" });
  else terminal.note("Looking for new log files; Ctrl-C ends it.");
  return {
    intervalMs: (call.number("interval") ?? INTERVAL_SECONDS) * 1000,
    looked: async ({ files, lines, accesses }) => {
      if (terminal.isJson) await terminal.line({ type: "look", files, lines, accesses });
      else terminal.note(`So far ${counted(accesses, "read")} in ${counted(files, "file")}.`);
    },
  };
}
