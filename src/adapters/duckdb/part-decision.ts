/** Decides the rows of some parts of an inventory in one pass, and writes their moves. */
import { join } from "node:path";
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import type { InventoryPart } from "../../core/inventory.ts";
import { AstraError } from "../../core/errors.ts";
import type { PlanPart, PlannedMove } from "../../core/plan.ts";
import { ruleBitsSql } from "../../core/policy/glob-sql.ts";
import type { BatchJob, BatchRow } from "../../ports/batch-engine.ts";
import { BatchRows, rowColumnsSql, rowTypes } from "./batch-rows.ts";
import { type Duckdb, sqlText } from "./connection.ts";
import type { KnownTable } from "./known-table.ts";
import { MoveVectors, type Ways, moveType, movesSql } from "./move-columns.ts";
import { fileFacts, guarded, putInPlace } from "./whole-file.ts";

/** One pass over one group of parts. */
export interface PassTerms {
  readonly job: Omit<BatchJob<unknown>, "partDone" | "partKnown">;
  readonly known: KnownTable;
  readonly parts: readonly InventoryPart[];
  /** Name of the file to be made, in `folder`. */
  readonly file: string;
  readonly folder: string;
  /** Rows that were done before this pass. */
  readonly rowsBefore: number;
}

/** The function that the engine calls for every vector of rows; one for all passes, because the engine keeps it for good. */
export class DecideFunction {
  readonly #engine: Duckdb;
  #vector: ((rows: VectorArguments) => void) | null = null;
  #fault: unknown = null;

  constructor(engine: Duckdb) {
    this.#engine = engine;
    const { module, connection } = engine;
    connection.registerScalarFunction(
      module.DuckDBScalarFunction.create({
        name: "astra_decide",
        // It adds up as it goes: it must not be asked twice, nor left out.
        volatile: true,
        specialHandling: true,
        returnType: moveType(module),
        parameterTypes: rowTypes(module),
        mainFunction: (_info, input, output) => this.#call({ input, output }),
      }),
    );
  }

  /** @throws what `decide` threw, or AstraError ASTRA_INVENTORY_INVALID */
  async pass(terms: PassTerms, classes: readonly string[], ways: Ways): Promise<void> {
    const { job, known, parts, rowsBefore } = terms;
    const rows = new BatchRows(this.#engine.module, classes, known, job.inventory.bucket);
    let done = rowsBefore;
    this.#fault = null;
    this.#vector = ({ input, output }) => {
      done += decideVector(this.#engine, { input, output }, { rows, ways, decide: job.decide });
      job.progress?.(done);
    };
    try {
      await this.#engine.connection.run(
        movesSql(tableOf(job, parts), rowColumnsSql(classes, ruleBitsSql(job.policies, "key"))),
      );
    } catch (error) {
      throw this.#fault ?? unreadable(error, job, parts);
    } finally {
      this.#vector = null;
    }
  }

  /** What is thrown here would end the process: the engine's own threads call. */
  #call(rows: VectorArguments): void {
    if (this.#fault === null) {
      try {
        this.#vector?.(rows);
        return;
      } catch (error) {
        this.#fault = error;
        this.#engine.connection.interrupt();
      }
    }
    const nothing = new MoveVectors(this.#engine.module, rows.output);
    for (let row = 0; row < rows.input.rowCount; row += 1) nothing.none(row);
    rows.output.flush();
  }
}

interface VectorArguments {
  readonly input: DuckDBDataChunk;
  readonly output: DuckDBVector;
}

function decideVector(
  { module }: Duckdb,
  { input, output }: VectorArguments,
  to: { readonly rows: BatchRows; readonly ways: Ways; readonly decide: (row: BatchRow) => PlannedMove | null },
): number {
  const { rows, ways, decide } = to;
  const count = rows.open(input);
  const moves = new MoveVectors(module, output);
  for (let row = 0; row < count; row += 1) {
    rows.goTo(row);
    const move = decide(rows);
    if (move) moves.put(row, move, ways.numberOf(move));
    else moves.none(row);
  }
  output.flush();
  return count;
}

/** Classes that occur in some parts. */
export async function classesOf({ connection }: Duckdb, terms: PassTerms): Promise<readonly string[]> {
  const { job, parts } = terms;
  try {
    const found = await connection.runAndReadAll(
      `SELECT DISTINCT storage_class FROM ${tableOf(job, parts)} WHERE storage_class IS NOT NULL ORDER BY 1`,
    );
    return found.getRows().map(([name]) => String(name));
  } catch (error) {
    throw unreadable(error, job, parts);
  }
}

/** Writes the moves found. @throws AstraError ASTRA_FILE_UNWRITABLE */
export async function writePart({ connection }: Duckdb, terms: PassTerms, ways: Ways): Promise<PlanPart> {
  const { job, folder, file, parts } = terms;
  const path = join(folder, file);
  const draft = `${path}.tmp`;
  const columns = ways.columnsSql(job.inventory.bucket);
  let moves = 0;
  try {
    const written = await connection.run(
      `COPY (SELECT ${columns} FROM moves) TO ${sqlText(draft)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    moves = written.rowsChanged;
    await connection.run("DROP TABLE moves");
  } catch (error) {
    throw new AstraError("ASTRA_FILE_UNWRITABLE", `${path} can't be written`, { where: path, cause: error });
  }
  guarded(path, () => putInPlace(draft, path));
  const facts = fileFacts(path);
  if (!facts) throw new AstraError("ASTRA_FILE_UNWRITABLE", `${path} can't be read back`, { where: path });
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  return { file, rows, moves, ...facts };
}

function tableOf({ inventoryFolder, prefix }: PassTerms["job"], parts: readonly InventoryPart[]): string {
  const files = parts.map(({ file }) => sqlText(join(inventoryFolder, file))).join(", ");
  const narrowed = prefix === "" ? "" : ` WHERE starts_with(key, ${sqlText(prefix)})`;
  return `(SELECT * FROM read_parquet([${files}])${narrowed})`;
}

function unreadable(error: unknown, { inventory }: PassTerms["job"], parts: readonly InventoryPart[]): AstraError {
  const detail = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "";
  const files = parts.map(({ file }) => file).join(", ");
  return new AstraError("ASTRA_INVENTORY_INVALID", `${files} of inventory ${inventory.id} can't be read: ${detail}`, {
    where: files,
    cause: error,
  });
}
