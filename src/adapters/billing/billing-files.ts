/** Cost and Usage Reports on this machine; what a file is, is told by its first bytes, not by its name. */
import { open } from "node:fs/promises";
import type { BillingRow } from "../../core/billing/cost-report.ts";
import { AstraError, isAstraError } from "../../core/errors.ts";
import type { BillingFiles } from "../../ports/billing-files.ts";
import { csvReportRows } from "./csv-report.ts";

type Form = "csv" | "gzip" | "parquet";

export function localBillingFiles(): BillingFiles {
  return { rows };
}

async function* rows(path: string): AsyncGenerator<readonly BillingRow[]> {
  let count = 0;
  try {
    const form = await formOf(path);
    for await (const batch of form === "parquet" ? parquet(path) : csvReportRows(path, form === "gzip")) {
      count += batch.length;
      yield batch;
    }
  } catch (error) {
    throw isAstraError(error) ? error : unreadable(path, error);
  }
  if (count === 0) {
    throw new AstraError("ASTRA_REPORT_INVALID", "the report has no rows", {
      where: path,
      fix: "Give the files that hold the month's rows; the manifest lists them.",
    });
  }
}

/** Loaded only for such files: decompression of all kinds comes with it. */
async function* parquet(path: string): AsyncGenerator<readonly BillingRow[]> {
  const { parquetReportRows } = await import("./parquet-report.ts");
  yield* parquetReportRows(path);
}

async function formOf(path: string): Promise<Form> {
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
  const magic = Buffer.from(buffer.subarray(0, bytesRead)).toString("latin1");
  if (bytesRead === 0) throw new AstraError("ASTRA_REPORT_INVALID", "the file is empty", { where: path });
  if (magic === "PAR1") return "parquet";
  if (magic.startsWith("PK")) {
    throw new AstraError("ASTRA_REPORT_INVALID", "the file is a ZIP archive", {
      where: path,
      fix: `Unpack it first: unzip ${path}`,
    });
  }
  return magic.startsWith("\u001f\u008b") ? "gzip" : "csv";
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  Z_BUF_ERROR: "the gzip file ends too early",
  Z_DATA_ERROR: "the gzip file is damaged",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

function unreadable(path: string, error: unknown): AstraError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reason = REASONS[code] ?? (code || (error instanceof Error ? error.message : String(error)));
  return new AstraError("ASTRA_REPORT_INVALID", `the file cannot be read: ${reason}`, {
    where: path,
    cause: error,
    fix: "Check the path, or download the file again.",
  });
}
