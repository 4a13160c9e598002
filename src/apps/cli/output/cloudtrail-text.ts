/** What a trail told, as text. */
import { TRAIL_FAULTS, type TrailFault } from "../../../core/cloudtrail/trail-event.ts";
import { MS_PER_DAY } from "../../../core/units.ts";
import type { IngestCloudtrailResult } from "../../../services/reads/ingest-cloudtrail.ts";
import { formatDay } from "./date.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const FAULTS: Readonly<Record<TrailFault, string>> = {
  not_json: "no JSON in UTF-8",
  too_long: "longer than any record",
  fields: "no record of CloudTrail, or one without its request's parameters",
  bucket: "no name of a bucket",
  key: "no key of an object",
  time: "no time of the calendar",
  ahead: "more than a day ahead of this machine's clock",
};

const COLUMNS = [{ title: "", align: "right" as const }, { title: "" }];

/** The counts, which add up to the records, and what could not be read. */
export function cloudtrailText(result: IngestCloudtrailResult): string {
  const { files, records } = result;
  const rows = [
    [result.accesses, "reads of objects"],
    [result.excludedReads, "reads by readers that do not count"],
    [result.repeatedReads, "reads that were told twice"],
    [result.withoutData, "GETs of objects that were refused"],
    [result.otherOperations, "other operations"],
    [result.otherServices, "requests to other services"],
    [result.otherBuckets, "reads in buckets that are not configured"],
    [result.badRecords, "bad records"],
  ] as const;
  const shown = rows
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, what]) => [formatCount(count), what]);
  const sections = [
    `${counted(records, "record")} of ${counted(files, "file")}:\n${table(COLUMNS, shown, "  ")}`,
    filesText(result),
    badText(result),
    overlapText(result),
    unreadableText(result),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function filesText({ duplicates, known, digestFiles }: IngestCloudtrailResult): string {
  const before = duplicates + known;
  return [
    before === 0 ? "" : `${counted(before, "file")} counted before: nothing of that was counted again.`,
    digestFiles === 0 ? "" : `${counted(digestFiles, "digest")} of CloudTrail left out.`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function badText({ badRecords, badRecordsBy }: IngestCloudtrailResult): string {
  if (badRecords === 0) return "";
  const reasons = TRAIL_FAULTS.map((fault) => ({ fault, records: badRecordsBy[fault] ?? 0 }))
    .filter(({ records }) => records > 0)
    .toSorted((a, b) => b.records - a.records);
  const rows = reasons.map(({ fault, records }) => [formatCount(records), FAULTS[fault]]);
  return `Bad records:\n${table(COLUMNS, rows, "  ")}`;
}

function overlapText({ alsoByAccessLogs: days }: IngestCloudtrailResult): string {
  if (days === null) return "";
  const [first, last] = [days.first, days.last].map((day) => formatDay(day * MS_PER_DAY));
  return (
    `Warning: access logs from ${first} to ${last} were counted too. ` +
    "Reads of a bucket that both tell of count twice: give only one of them for it."
  );
}

function unreadableText({ unreadable, unreadableFiles }: IngestCloudtrailResult): string {
  const lines = unreadable.map(({ where, message }) => `Given up: ${visible(where)}: ${visible(message)}`);
  const hidden = unreadableFiles - unreadable.length;
  return [...lines, ...(hidden > 0 ? [`and ${counted(hidden, "more file")}`] : [])].join("\n");
}
