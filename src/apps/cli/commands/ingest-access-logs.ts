import { EXIT } from "../../../core/errors.ts";
import type { IngestAccessLogsResult } from "../../../services/ingest-access-logs.ts";
import type { CommandSpec } from "../command.ts";

export const ingestAccessLogs: CommandSpec = {
  name: "ingest access-logs",
  group: "Events and objects",
  summary: "Count the reads that files of S3 server access logs tell of.",
  details: [
    "Takes files and folders of this machine, plain or gzipped; hidden files and links below a folder are left out.",
    "GETs of objects, also through a website endpoint, that gave data (200 or 206) become access events, with the requester as their principal; everything else is counted and left.",
    "The id of an event is that of its request, so the same lines may be given again within seven days of the first time and count once; later they would count again.",
    "Lines that can't be read are counted by reason, the first ones are named, and the rest goes on.",
    "Where the configuration names buckets, reads of others are left out.",
  ].join(" "),
  arguments: [{ form: "<path...>", summary: "Files, or folders with their subfolders." }],
  examples: [
    [
      "astra ingest access-logs ./logs --bucket data",
      "every file below ./logs; then `astra consume --drain` counts them",
    ],
    ["astra ingest access-logs 2026-11-*.gz --json", "the counts as one line of JSON"],
  ],
  async run(call) {
    const [{ ingestAccessLogs: ingest }, { openLogFiles }, { accessLogsText }] = await Promise.all([
      import("../../../services/ingest-access-logs.ts"),
      import("../../access-log-files.ts"),
      import("../output/access-logs-text.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const files = await openLogFiles();
    const input = { paths: call.arguments, files, progress: progress.report };
    const result: IngestAccessLogsResult = await ingest({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: result.isWhole, ...result }, text: () => accessLogsText(result) });
    return result.isWhole ? EXIT.done : EXIT.partlyApplied;
  },
};
