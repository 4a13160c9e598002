/** What a drained backlog must have left behind, by a reader of the state's file that shares no code with the state. */
import { DatabaseSync } from "node:sqlite";
import { expectedCounts } from "./access-events.ts";
import { check } from "./bench-case.ts";
import { type Place, openPlace, statePath } from "./bench-context.ts";
import { keyOf } from "./sandbox-messages.ts";

/** @throws CheckFailed where an event is missing, or counted twice */
export async function checkState(place: Place, events: number, objects: number): Promise<void> {
  await using reader = await openPlace(place);
  const { topic, group } = reader.config.log;
  const lag = await reader.log.lag(topic, group);
  check(
    "lag",
    lag.reduce((sum, each) => sum + Number(each.lag), 0),
    0,
  );
  const counts = expectedCounts(events, objects);
  const file = new DatabaseSync(statePath(place), { readOnly: true });
  const read = file.prepare("SELECT key, lifetime_reads AS reads FROM objects WHERE lifetime_reads > 0 ORDER BY key");
  const found = read.iterate();
  let total = 0;
  for (const row of found) {
    const number = Number(/(\d{8})-/.exec(String(row["key"]))?.[1]);
    check(`key of object ${number}`, row["key"], keyOf(number));
    if (row["reads"] !== counts[number]) check(`reads of ${keyOf(number)}`, row["reads"], counts[number]);
    total += Number(row["reads"]);
  }
  file.close();
  check("reads of all objects", total, events);
}
