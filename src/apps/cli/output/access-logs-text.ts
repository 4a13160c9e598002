/** What access logs told, as text. */
import { LINE_FAULTS, type LineFault } from "../../../core/access-log/access-log-line.ts";
import type { IngestAccessLogsResult } from "../../../services/ingest-access-logs.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

const SHOWN_BAD = 5;

const FAULTS: Readonly<Record<LineFault, string>> = {
  cut: "cut short, or no line of an access log",
  bucket: "no name of a bucket",
  time: "no time of the calendar",
  requester: "the requester is longer than an event may say",
  request_id: "no request id, so a repetition could not be told",
  key: "the key cannot be decoded",
  too_long: "longer than any record",
};

/** The counts, which add up to the lines, and what could not be read. */
export function accessLogsText(result: IngestAccessLogsResult): string {
  const { accesses, withoutData, otherOperations, otherBuckets, badLines, files, lines, topic } = result;
  const rows = [
    [accesses, `reads of objects, appended to ${visible(topic)}`],
    [withoutData, "GETs of objects that gave no data"],
    [otherOperations, "other operations"],
    [otherBuckets, "reads in buckets that are not configured"],
    [badLines, "bad lines"],
  ] as const;
  const shown = rows
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, what]) => [formatCount(count), what]);
  const sections = [
    `${counted(lines, "line")} of ${counted(files, "file")}:\n${table([{ title: "", align: "right" }, { title: "" }], shown, "  ")}`,
    badLinesText(result),
    result.unreadable.map(({ where, message }) => `Given up: ${visible(where)}: ${visible(message)}`).join("\n"),
    accesses > 0 ? "Next: astra consume --drain" : "",
  ];
  return sections.filter((section) => section !== "").join("\n\n");
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
