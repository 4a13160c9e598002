import { EXIT } from "../../../core/errors.ts";
import type { IngestCloudtrailResult } from "../../../services/reads/ingest-cloudtrail.ts";
import type { CommandSpec } from "../command.ts";

export const ingestCloudtrail: CommandSpec = {
  name: "ingest cloudtrail",
  group: "Events and objects",
  summary: "Count the reads that CloudTrail's data events tell of.",
  details: [
    "Takes files and folders of this machine, and prefixes of a trail's bucket, plain or gzipped.",
    "GetObject requests that were not refused are added up by object and day and written into the state, with the names of what was read in the same transaction: a file counts once, whatever it is called and however often it is given.",
    "Reads by excluded principals (by ARN, by the role of a session, or by the AWS service that asked) and by Astra itself are left out; other requests, other services and CloudTrail's digests are counted and left.",
    "Where access logs tell of the same bucket and days, its reads count twice: give only one of them; the result says where days overlap.",
    "Where the configuration names buckets, reads of others are left out.",
  ].join(" "),
  arguments: [{ form: "<source...>", summary: "Files, folders with their subfolders, or s3://TRAIL-BUCKET/PREFIX." }],
  examples: [
    ["astra ingest cloudtrail s3://my-trail/AWSLogs/123456789012/CloudTrail/ --bucket data", "every log of a trail"],
    ["astra ingest cloudtrail ./trail --json", "every file below a folder; the counts as one line of JSON"],
  ],
  async run(call) {
    const [{ ingestCloudtrail: ingest }, { openLogFiles }, { cloudtrailText }] = await Promise.all([
      import("../../../services/reads/ingest-cloudtrail.ts"),
      import("../../log-files.ts"),
      import("../output/cloudtrail-text.ts"),
    ]);
    await using ctx = await call.context();
    const progress = call.terminal.progress();
    const input = { sources: call.arguments, files: await openLogFiles(), progress: progress.report };
    const result: IngestCloudtrailResult = await ingest({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: result.isWhole, ...result }, text: () => cloudtrailText(result) });
    return result.isWhole ? EXIT.done : EXIT.partlyApplied;
  },
};
