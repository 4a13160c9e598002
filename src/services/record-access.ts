/** Tells the log that objects were read. */
import { type AppendEventsResult, appendEvents } from "./append-events.ts";
import type { Context } from "./context.ts";

export interface RecordAccessInput {
  readonly bucket: string;
  readonly keys: readonly string[];
  /** Reads each event stands for. */
  readonly reads: number;
  readonly principal?: string;
}

export async function recordAccess({
  ctx,
  input,
}: {
  ctx: Context;
  input: RecordAccessInput;
}): Promise<AppendEventsResult> {
  const time = new Date(ctx.clock.now()).toISOString();
  const events = input.keys.map((subject) => ({
    specversion: "1.0",
    id: ctx.random.id(),
    source: `s3://${input.bucket}`,
    type: "astra.object.accessed",
    subject,
    time,
    data: { reads: input.reads, ...(input.principal !== undefined && { principal: input.principal }) },
  }));
  return appendEvents({ ctx, input: { events } });
}
