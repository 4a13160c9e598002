/** Makes `created` (or `overwritten`) events that say where the body is, so that a consumer uploads the objects. */
import type { BodySource } from "../core/event.ts";
import { type AppendEventsResult, appendEvents } from "./append-events.ts";
import type { Context, Progress } from "./context.ts";

export interface GenerateEventsInput {
  readonly bucket: string;
  readonly names: readonly string[];
  /** Events per name; with more than one, `{n}` in the name is the number, else it is put before the extension. */
  readonly count: number;
  /** Size of a generated body. Ignored where `source` is given. */
  readonly sizeBytes: number;
  /** `file:`, `https:` or object URI of the body. */
  readonly source?: string;
  readonly overwrite?: boolean;
  readonly ratePerSecond?: number;
  readonly progress?: Progress;
}

export async function generateEvents({
  ctx,
  input,
}: {
  ctx: Context;
  input: GenerateEventsInput;
}): Promise<AppendEventsResult> {
  return appendEvents({
    ctx,
    input: {
      events: events(ctx, input),
      total: input.names.length * input.count,
      ...(input.ratePerSecond !== undefined && { ratePerSecond: input.ratePerSecond }),
      ...(input.progress && { progress: input.progress }),
    },
  });
}

function* events(ctx: Context, input: GenerateEventsInput): Generator {
  for (const name of input.names) {
    for (let n = 1; n <= input.count; n += 1) {
      const subject = numberedName(name, n, input.count);
      const body: BodySource = { uri: input.source ?? `synthetic:${encodeURIComponent(subject)}:${input.sizeBytes}` };
      yield {
        specversion: "1.0",
        id: ctx.random.id(),
        source: `s3://${input.bucket}`,
        type: input.overwrite ? "astra.object.overwritten" : "astra.object.created",
        subject,
        time: new Date(ctx.clock.now()).toISOString(),
        data: { ...(input.source === undefined && { sizeBytes: input.sizeBytes }), body },
      };
    }
  }
}

/** `report.pdf` becomes `report-00042.pdf` when there are many; all numbers have the same width. */
export function numberedName(name: string, n: number, count: number): string {
  const number = String(n).padStart(String(count).length, "0");
  if (name.includes("{n}")) return name.replaceAll("{n}", number);
  if (count === 1) return name;
  const dot = name.lastIndexOf(".");
  return dot > name.lastIndexOf("/") + 1 ? `${name.slice(0, dot)}-${number}${name.slice(dot)}` : `${name}-${number}`;
}
