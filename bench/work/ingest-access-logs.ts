/** Takes access logs into a state that is empty before, durably. */
import { z } from "zod";
import { localLogFiles } from "../../src/adapters/system/log-files.ts";
import { ingestAccessLogs } from "../../src/services/reads/ingest-access-logs.ts";
import { openPlace, placeSchema } from "../bench-context.ts";
import { type WorkDone, timed } from "../outcome.ts";

const inputSchema = z.strictObject({ place: placeSchema, logs: z.string(), lines: z.number() });
export type IngestAccessLogsWork = z.infer<typeof inputSchema>;

export async function work(input: unknown): Promise<WorkDone> {
  const { place, logs, lines } = inputSchema.parse(input);
  await using ctx = await openPlace(place);
  const asked = { sources: [logs], files: localLogFiles(), follow: null };
  const { phase, result } = await timed(lines, () => ingestAccessLogs({ ctx, input: asked }));
  return {
    phases: { ingest: phase },
    found: { lines: result.lines, accesses: result.accesses, badLines: result.badLines },
  };
}
