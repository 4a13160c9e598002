/**
 * Reads access logs as the command does, and writes out how often each object was read; without a state,
 * and without the digests by which a state knows what it has counted.
 */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { z } from "zod";
import { localLogFiles } from "../../src/adapters/system/log-files.ts";
import { LineCounter } from "../../src/core/access-log/line-counter.ts";
import { plainBytes } from "../../src/services/reads/plain-bytes.ts";
import { lineSections, sectionBuffer } from "../../src/services/reads/sections.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ folder: z.string(), bucket: z.string(), lines: z.number(), counts: z.string() });
export type AccessLogsInput = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { folder, bucket, lines, counts } = inputSchema.parse(input);
  const { phase, result } = await timed(lines, () => countReads(folder, bucket, counts));
  return { phases: { count: phase }, found: result };
}

async function countReads(folder: string, bucket: string, counts: string): Promise<Record<string, number>> {
  const files = localLogFiles();
  const counter = new LineCounter({
    buckets: new Set([bucket]),
    excluded: new Set(),
    named: [],
    latestMs: () => Date.now(),
  });
  const buffer = sectionBuffer();
  const found = { lines: 0, accesses: 0, badLines: 0 };
  for (const { path } of await files.find(folder)) {
    for await (const section of lineSections(plainBytes(path, files.bytes(path)), buffer)) {
      const counted = counter.count(section.bytes, () => undefined);
      found.lines += counted.lines;
      found.accesses += counted.accesses;
      found.badLines += counted.badLines;
    }
  }
  const out = createWriteStream(counts);
  for (const { key, reads } of counter.take()) {
    if (!out.write(`${reads}\t${key}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return found;
}
