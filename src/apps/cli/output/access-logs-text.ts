/** What access logs told, as text. */
import { LINE_FAULTS, type LineFault } from "../../../core/access-log/line-scanner.ts";
import type { IngestAccessLogsResult } from "../../../services/reads/ingest-access-logs.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const SHOWN_BAD = 5;

const FAULTS: Readonly<Record<LineFault, string>> = {
  cut: "cut short, or no line of an access log",
  bucket: "no name of a bucket",
  time: "no time of the calendar",
  ahead: "more than a day ahead of this machine's clock",
  requester: "the requester is longer than any name",
  request_id: "no request id",
  key: "the key cannot be decoded",
  too_long: "longer than any record",
};

/** The counts, which add up to the lines, and what could not be read. */
export function accessLogsText(result: IngestAccessLogsResult): string {
  const { files, lines, unreadable, unreadableFiles } = result;
  const rows = [
    [result.accesses, "reads of objects"],
    [result.excludedReads, "reads by readers that do not count"],
    [result.withoutData, "GETs of objects that gave no data"],
    [result.otherOperations, "other operations"],
    [result.otherBuckets, "reads in buckets that are not configured"],
    [result.badLines, "bad lines"],
  ] as const;
  const shown = rows
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, what]) => [formatCount(count), what]);
  const hidden = unreadableFiles - unreadable.length;
  const sections = [
    `${counted(lines, "line")} of ${counted(files, "file")}:\n${table([{ title: "", align: "right" }, { title: "" }], shown, "  ")}`,
    countedBeforeText(result),
    badLinesText(result),
    [
      ...unreadable.map(({ where, message }) => `Given up: ${visible(where)}: ${visible(message)}`),
      ...(hidden > 0 ? [`and ${counted(hidden, "more file")}`] : []),
    ].join("\n"),
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

function countedBeforeText({ duplicates, known }: IngestAccessLogsResult): string {
  const before = duplicates + known;
  return before === 0 ? "" : `${counted(before, "file")} counted before: nothing of that was counted again.`;
}

function badLinesText({ badLines, badLinesBy, firstBad }: IngestAccessLogsResult): string {
  if (badLines === 0) return "";
  const reasons = LINE_FAULTS.map((fault) => ({ fault, lines: badLinesBy[fault] ?? 0 }))
    .filter(({ lines }) => lines > 0)
    .toSorted((a, b) => b.lines - a.lines);
  const rows = reasons.map(({ fault, lines }) => [formatCount(lines), FAULTS[fault]]);
  const places = firstBad.slice(0, SHOWN_BAD).map(({ where, fault }) => [visible(where), FAULTS[fault]]);
  const columns = [{ title: "", align: "right" as const }, { title: "" }];
  return `Bad lines:\n${table(columns, rows, "  ")}\nThe first of them:\n${table([{ title: "" }, { title: "" }], places, "  ")}`;
}
