/** The audit trail as text, as lines of JSON and as CSV. */
import type { AuditRecord } from "../../../ports/state-store.ts";
import type { VerifyAuditResult } from "../../../services/audit/verify-audit.ts";
import { csvLine } from "./csv.ts";
import { formatInstant } from "./date.ts";
import { counted, formatCount } from "./size.ts";
import { table } from "./table.ts";
import { jsonLine, visible } from "./visible.ts";

const DETAIL_CHARACTERS = 100;

export function auditText(records: readonly AuditRecord[]): string {
  if (records.length === 0) return "No such entry.";
  const columns = [
    { title: "entry", align: "right" as const },
    { title: "when" },
    { title: "who" },
    { title: "what" },
    { title: "detail" },
  ];
  return table(
    columns,
    records.map(({ seq, atMs, actor, action, detail }) => [
      String(seq),
      formatInstant(atMs),
      visible(actor),
      visible(action),
      detailText(detail),
    ]),
  );
}

/** `plan=3f2a… moves=12`, cut at what a line can hold. */
function detailText(detail: AuditRecord["detail"]): string {
  const words = Object.entries(detail).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const text = visible(words.join(" "));
  return text.length > DETAIL_CHARACTERS ? `${text.slice(0, DETAIL_CHARACTERS - 1)}…` : text;
}

/** `1 entry`, `12 entries`. */
export function countedEntries(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "entry" : "entries"}`;
}

export function verifiedText({ entries, head, plans }: VerifyAuditResult): string {
  const whole = `${countedEntries(entries)} as written, ${counted(plans, "plan")} as made.`;
  if (entries === 0) return whole;
  return `${whole}\nKeep this, away from the state file: ${head.hash}@${head.seq}\nNext time: astra audit verify --head ${head.hash}@${head.seq}`;
}

/** The whole trail as lines of JSON, first the version of their form. */
export async function* auditNdjson(pages: AsyncIterable<readonly AuditRecord[]>): AsyncGenerator<string> {
  yield `${jsonLine({ type: "version", version: 1 })}\n`;
  for await (const page of pages) {
    yield page.map((record) => `${jsonLine({ type: "entry", ...sorted(record) })}\n`).join("");
  }
}

const CSV_COLUMNS = ["seq", "time", "actor", "action", "detail", "previousHash", "hash"] as const;

export async function* auditCsv(pages: AsyncIterable<readonly AuditRecord[]>): AsyncGenerator<string> {
  yield csvLine(CSV_COLUMNS);
  for await (const page of pages) {
    yield page
      .map(({ seq, atMs, actor, action, detail, previousHash, hash }) =>
        csvLine([String(seq), timeText(atMs), actor, action, JSON.stringify(detail), previousHash, hash]),
      )
      .join("");
  }
}

/** Also of an entry whose time was tampered with. */
function timeText(ms: number): string {
  return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}

/** Fields of the detail by name, as they are hashed: whoever verifies an export need not sort them. */
function sorted(record: AuditRecord): AuditRecord {
  return { ...record, detail: Object.fromEntries(sortedFields(record.detail)) };
}

function sortedFields(fields: object): [string, unknown][] {
  return Object.entries(fields)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, sortedValue(value)]);
}

function sortedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedValue);
  return typeof value === "object" && value !== null ? Object.fromEntries(sortedFields(value)) : value;
}
