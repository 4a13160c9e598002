/**
 * The completion report of S3 Batch Operations: what became of every object of a job.
 * Source: S3 user guide, "Examples: S3 Batch Operations completion reports" (schema, manifest.json and rows).
 */
import { z } from "zod";

/** The only form there is. */
const FORMAT = "Report_CSV_20180820";

const manifest = z.object({
  Format: z.literal(FORMAT),
  Results: z.array(
    z.object({
      TaskExecutionStatus: z.string(),
      Bucket: z.string().min(1),
      MD5Checksum: z.string().regex(/^[0-9a-f]{32}$/i),
      Key: z.string().min(1),
    }),
  ),
});

/** A CSV file of a report. */
export interface ReportPart {
  readonly bucket: string;
  readonly key: string;
  /** Hex. */
  readonly md5: string;
}

/** The files that a report's `manifest.json` names; `null` where it is none. */
export function reportParts(json: unknown): readonly ReportPart[] | null {
  const parsed = manifest.safeParse(json);
  if (!parsed.success) return null;
  return parsed.data.Results.map(({ Bucket: bucket, Key: key, MD5Checksum }) => ({
    bucket,
    key,
    md5: MD5Checksum.toLowerCase(),
  }));
}

/** One object's row. */
export interface ReportRow {
  readonly bucket: string;
  readonly key: string;
  readonly succeeded: boolean;
  /** Of a failed task, in the words of S3; `null` where it names none. */
  readonly errorCode: string | null;
}

const FIELDS = 7;
const CODE = /^[A-Za-z][\w.-]{0,63}$/;

/** @returns `null` for a row that is none */
export function reportRow(fields: readonly string[]): ReportRow | null {
  const [bucket = "", encodedKey = "", , status = "", fifth = "", sixth = ""] = fields;
  if (fields.length !== FIELDS || bucket === "" || (status !== "succeeded" && status !== "failed")) return null;
  const key = decodedKey(encodedKey);
  if (key === null || key === "") return null;
  // The guide shows the code and the HTTP status in either order.
  const errorCode = [fifth, sixth].find((field) => CODE.test(field)) ?? null;
  return { bucket, key, succeeded: status === "succeeded", errorCode };
}

/** Manifests and reports write keys as forms do: a plus is a space. */
function decodedKey(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

/** Longest record: a key, encoded, and S3's message; anything longer is no report. */
const MOST_RECORD_CHARACTERS = 64 * 1024;

/** Splits text that comes in pieces into the fields of CSV records; quoted fields may hold line ends. */
export class CsvRecords {
  #fields: string[] = [];
  #field = "";
  #state: "plain" | "quoted" | "quote" = "plain";
  #size = 0;

  /** Records that end within the piece. @returns `null` once a record is too long to be one */
  push(piece: string): string[][] | null {
    const records: string[][] = [];
    for (const character of piece) {
      this.#size += 1;
      if (this.#size > MOST_RECORD_CHARACTERS) return null;
      if (this.#state === "quoted") this.#quoted(character);
      else if (character === '"') this.#quote();
      else if (character === ",") this.#endField();
      else if (character === "\n") this.#endRecord(records);
      else if (character !== "\r") this.#field += character;
    }
    return records;
  }

  /** The last record, where no line end follows it; `null` where the text ends within quotes. */
  finish(): string[][] | null {
    if (this.#state === "quoted") return null;
    const records: string[][] = [];
    if (this.#fields.length > 0 || this.#field !== "") this.#endRecord(records);
    return records;
  }

  #quoted(character: string): void {
    if (character === '"') this.#state = "quote";
    else this.#field += character;
  }

  /** Doubled within quotes it stands for itself. */
  #quote(): void {
    if (this.#state === "quote") this.#field += '"';
    this.#state = "quoted";
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#state = "plain";
  }

  #endRecord(records: string[][]): void {
    this.#endField();
    const isBlank = this.#fields.length === 1 && this.#fields[0] === "";
    if (!isBlank) records.push(this.#fields);
    this.#fields = [];
    this.#size = 0;
  }
}
