/** What came of a queue's notifications, as text. */
import type { IngestNotificationsResult } from "../../../services/ingest-notifications.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

/** The counts, and what to do next. */
export function notificationsText(result: IngestNotificationsResult): string {
  const rows = [
    [result.events, `events, appended to ${visible(result.topic)}`],
    [result.otherBuckets, "of them of buckets that are not configured: `astra consume` sets them aside"],
    [result.classChanges, "changes of class by the store itself: the next scan sees them"],
    [result.versionsRemoved, "removals of single versions"],
    [result.otherRecords, "records of other kinds"],
    [result.testEvents, "test messages"],
    [result.deadLettered, "messages set aside: see `astra dlq list`"],
    [result.repeatedMessages, "messages delivered before"],
    [result.notDeleted, "messages not deleted: they come again, and count once"],
  ] as const;
  const shown = rows
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, what]) => [formatCount(count), what]);
  const columns = [{ title: "", align: "right" as const }, { title: "" }];
  const counts = `${counted(result.messages, "message")} from ${visible(result.queue)}:\n${table(columns, shown, "  ")}`;
  return result.events > 0 ? `${counts}\n\nNext: astra consume --drain` : counts;
}
