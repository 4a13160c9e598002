import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LOGGED_BUCKET, readsByKey, writeAccessLogs } from "../access-log-fixture.ts";
import { type BenchCase, type Round, check, wholeRound } from "../bench-case.ts";
import { scratchFolder, statePath } from "../bench-context.ts";
import { measure } from "../measured-process.ts";
import { amount } from "../options.ts";
import type { AccessLogsInput } from "../work/access-logs.ts";
import type { IngestAccessLogsWork } from "../work/ingest-access-logs.ts";

const LINES = 1_000_000;
const OBJECTS = 100_000;

export const accessLogs: BenchCase = {
  name: "access-logs",
  summary: "server access logs read into counts by object, and into a durable state",
  async run(options) {
    const lines = amount(options.lines, LINES, options.quick);
    const objects = amount(options.objects, OBJECTS, options.quick);
    await using folder = await scratchFolder();
    const logs = join(folder.path, "logs");
    await mkdir(logs);
    writeAccessLogs(logs, lines, objects);
    const expected = await readsByKey(logs);
    const counted: Round[] = [];
    const ingested: Round[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      await using own = await scratchFolder();
      const counts = join(own.path, "counts.tsv");
      const input = { folder: logs, bucket: LOGGED_BUCKET, lines, counts } satisfies AccessLogsInput;
      const count = await measure("access-logs", input, options.profile);
      check("lines", [count.found["lines"], count.found["badLines"]], [lines, 0]);
      checkReads(rowsOfText(await readFile(counts, "utf8")), expected);
      counted.push(wholeRound(count, "count"));
      const place = { folder: own.path, bucket: LOGGED_BUCKET, endpoint: null, brokers: null };
      const ingest = await measure(
        "ingest-access-logs",
        { place, logs, lines } satisfies IngestAccessLogsWork,
        options.profile,
      );
      checkReads(rowsOfState(statePath(place)), expected);
      ingested.push(wholeRound(ingest, "ingest"));
    }
    return {
      unit: "line",
      amount: { lines },
      main: { name: "counts by object", rounds: counted },
      parts: [{ name: "into a durable state", rounds: ingested }],
      peers: [],
      detail: { objects: expected.size, checked: "the reads of every object, by a reader that shares no code" },
    };
  },
};

type KeyReads = readonly [key: string, reads: number];

function* rowsOfText(text: string): Generator<KeyReads> {
  for (const line of text.trimEnd().split("\n")) {
    const tab = line.indexOf("\t");
    yield [line.slice(tab + 1), Number(line.slice(0, tab))];
  }
}

function* rowsOfState(path: string): Generator<KeyReads> {
  const file = new DatabaseSync(path, { readOnly: true });
  const read = file.prepare("SELECT key, lifetime_reads AS reads FROM objects");
  for (const row of read.iterate()) yield [String(row["key"]), Number(row["reads"])];
  file.close();
}

/** @throws CheckFailed */
function checkReads(rows: Iterable<KeyReads>, expected: ReadonlyMap<string, number>): void {
  const found = new Map<string, number>();
  for (const [key, reads] of rows) found.set(key, (found.get(key) ?? 0) + reads);
  check("objects", found.size, expected.size);
  for (const [key, reads] of expected) check(`reads of ${key}`, found.get(key), reads);
}
