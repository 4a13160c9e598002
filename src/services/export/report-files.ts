/** Reads completion reports, wherever they are, and refuses what is not as their manifest says. */
import { createHash } from "node:crypto";
import { AstraError } from "../../core/errors.ts";
import { CsvRecords, type ReportRow, reportParts, reportRow } from "../../core/export/batch-report.ts";
import { parseObjectUri } from "../../core/object-ref.ts";
import type { Context } from "../context.ts";

/** Opens a file of this machine. @throws AstraError ASTRA_COMPLETION_REPORT_INVALID where it can't be read */
export type OpenLocal = (path: string) => AsyncIterable<Uint8Array>;

/** A CSV file of a report. */
interface ReportFile {
  readonly name: string;
  /** Hex; `null` where no manifest vouches for it. */
  readonly md5: string | null;
}

/** Largest `manifest.json`: thousands of files. */
const MOST_MANIFEST_BYTES = 16 * 1024 * 1024;

/** Reports that were looked through once, and can be read again and again. */
export class ReportFiles {
  readonly #ctx: Context;
  readonly #openLocal: OpenLocal;
  readonly #files: ReportFile[] = [];
  /** Rows in all files. */
  rows = 0;

  private constructor(ctx: Context, openLocal: OpenLocal) {
    this.#ctx = ctx;
    this.#openLocal = openLocal;
  }

  /**
   * @param names `manifest.json` of a report, or CSV files of one: paths, or `s3://bucket/key`
   * @throws AstraError ASTRA_COMPLETION_REPORT_INVALID naming the file and, where there is one, the row
   */
  static async check(ctx: Context, names: readonly string[], openLocal: OpenLocal): Promise<ReportFiles> {
    const files = new ReportFiles(ctx, openLocal);
    for (const name of names) files.#files.push(...(await files.#filesOf(name)));
    for (const file of files.#files) await files.#checkOne(file);
    return files;
  }

  /** Every row of every file. */
  async *read(): AsyncIterable<readonly ReportRow[]> {
    for (const file of this.#files) yield* this.#rowsOf(file);
  }

  async #filesOf(name: string): Promise<readonly ReportFile[]> {
    if (!name.endsWith(".json")) return [{ name, md5: null }];
    const parts = reportParts(await this.#json(name));
    if (!parts) throw invalid("the file is no manifest of a completion report", name);
    return parts.map(({ bucket, key, md5 }) => ({
      name: parseObjectUri(name) ? `s3://${bucket}/${key}` : besideManifest(name, key),
      md5,
    }));
  }

  async #json(name: string): Promise<unknown> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of await this.#open(name)) {
      size += chunk.length;
      if (size > MOST_MANIFEST_BYTES) throw invalid("the manifest is longer than any", name);
      chunks.push(chunk);
    }
    try {
      return JSON.parse(Buffer.concat(chunks).toString());
    } catch (cause) {
      throw invalid("the manifest is not JSON", name, cause);
    }
  }

  /** Nothing of a file is believed before all of it is known to be whole. */
  async #checkOne(file: ReportFile): Promise<void> {
    const md5 = createHash("md5");
    for await (const rows of this.#rowsOf(file, (chunk) => md5.update(chunk))) this.rows += rows.length;
    if (file.md5 !== null && md5.digest("hex") !== file.md5)
      throw invalid("the file is not the one that the report's manifest names: its MD5 differs", file.name);
  }

  async *#rowsOf({ name }: ReportFile, look?: (chunk: Uint8Array) => void): AsyncIterable<readonly ReportRow[]> {
    const records = new CsvRecords();
    const text = new TextDecoder();
    let count = 0;
    const parsed = (found: readonly (readonly string[])[] | null): ReportRow[] => {
      if (!found) throw invalid("a row is not whole", `${name}:${count + 1}`);
      return found.map((fields) => {
        count += 1;
        const row = reportRow(fields);
        if (!row) throw invalid("the row is none of a completion report", `${name}:${count}`);
        return row;
      });
    };
    for await (const chunk of await this.#open(name)) {
      look?.(chunk);
      yield parsed(records.push(text.decode(chunk, { stream: true })));
    }
    yield [...parsed(records.push(text.decode())), ...parsed(records.finish())];
  }

  async #open(name: string): Promise<AsyncIterable<Uint8Array>> {
    const ref = parseObjectUri(name);
    return ref ? (await this.#ctx.stores.open(ref.bucket)).get(ref.key) : this.#openLocal(name);
  }
}

/** Downloaded, a report keeps its form: the files lie in `results/` beside the manifest. */
function besideManifest(manifest: string, key: string): string {
  const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);
  return `${folder}results/${key.slice(key.lastIndexOf("/") + 1)}`;
}

function invalid(message: string, where: string, cause?: unknown): AstraError {
  return new AstraError("ASTRA_COMPLETION_REPORT_INVALID", message, { where, ...(cause !== undefined && { cause }) });
}
