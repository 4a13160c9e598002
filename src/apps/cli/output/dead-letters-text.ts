/** Dead letters as text. Everything in them comes from outside. */
import type { DeadLetter } from "../../../services/dead-letters/dead-letters.ts";
import type { DeadLetterLine, ListDeadLettersResult } from "../../../services/dead-letters/list-dead-letters.ts";
import { bytesText, utf8 } from "./bytes-text.ts";
import { formatInstant } from "./date.ts";
import { counted, formatBytes, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { visible } from "./visible.ts";

export function deadLettersText(result: ListDeadLettersResult): string {
  const { letters, waiting, retried, discarded, codes, topic } = result;
  const settled = `${formatCount(retried)} sent again, ${formatCount(discarded)} discarded.`;
  if (waiting + retried + discarded === 0) return `No dead letter in ${topic}.`;
  const parts = [`${counted(waiting, "dead letter")} in ${topic} ${waiting === 1 ? "waits" : "wait"}; ${settled}`];
  if (codes.length > 0) {
    const rows = codes.map(({ code, letters: count }) => [formatCount(count), visible(code ?? "no reason told")]);
    parts.push(table([{ title: "", align: "right" }, { title: "" }], rows, "  "));
  }
  if (letters.length > 0) parts.push(table(COLUMNS, letters.map(letterRow)));
  const shown = letters.filter(({ mark }) => mark === null).length;
  if (shown < waiting) parts.push(`${formatCount(waiting - shown)} more wait; --limit shows more of them.`);
  if (waiting > 0) parts.push("Next: astra dlq show PLACE, then astra dlq retry PLACE or astra dlq discard PLACE");
  return parts.join("\n\n");
}

const COLUMNS = [
  { title: "place" },
  { title: "since" },
  { title: "state" },
  { title: "tries", align: "right" as const },
  { title: "size", align: "right" as const },
  { title: "code" },
  { title: "object" },
];

function letterRow(letter: DeadLetterLine): string[] {
  return [
    letter.place,
    formatInstant(letter.atMs),
    letter.mark?.outcome ?? "waits",
    formatCount(letter.attempts),
    formatBytes(letter.sizeBytes),
    visible(letter.code ?? "-"),
    visible(letter.key ?? "-"),
  ];
}

export function deadLetterText(letter: DeadLetter): string {
  const { mark, from } = letter;
  const rows = [
    ["place", letter.place],
    ["since", formatInstant(letter.atMs)],
    ["state", mark ? `${mark.outcome} ${formatInstant(mark.atMs)}` : "waits"],
    ["reason", visible(letter.reason ?? "not told")],
    ["code", visible(letter.code ?? "not told")],
    ["tries", `sent again ${counted(letter.attempts, "time")}`],
    ["event at", from ? `${from.partition}/${from.offset} of its own topic` : "not told"],
    ["key", visible(letter.key ?? "none")],
    ...Object.entries(letter.headers).map(([name, value]) => [`header ${visible(name)}`, visible(value)]),
  ];
  const facts = table([{ title: "" }, { title: "" }], rows);
  return `${facts}\n\n${counted(letter.value.byteLength, "byte")}:\n${bytesText(letter.value)}`;
}

/** The bytes as base64, and as text where they are UTF-8. */
export function deadLetterJson({ value, ...rest }: DeadLetter): Readonly<Record<string, unknown>> {
  return { ...rest, sizeBytes: value.byteLength, text: utf8(value), base64: Buffer.from(value).toString("base64") };
}
