/** Appends an access event for every read that files of S3 server access logs tell of. */
import { accessLogEvent } from "../core/access-log/access-log-event.ts";
import { type LineFault, parseAccessLogLine } from "../core/access-log/access-log-line.ts";
import { AstraError, toAstraError } from "../core/errors.ts";
import type { DataEvent } from "../core/event.ts";
import { requirePermission } from "../core/permission.ts";
import type { LogFiles, LogLines } from "../ports/log-files.ts";
import { appendEvents } from "./append-events.ts";
import type { Context, Progress } from "./context.ts";

export interface IngestAccessLogsInput {
  /** Files and folders. */
  readonly paths: readonly string[];
  readonly files: LogFiles;
  readonly progress?: Progress;
}

/** Every line is counted under exactly one of `accesses` to `badLines`; empty ones are none. */
export interface IngestAccessLogsResult {
  readonly topic: string;
  /** Files that were read to their end. */
  readonly files: number;
  readonly lines: number;
  /** Reads of objects: as many events were appended. */
  readonly accesses: number;
  /** GETs that gave no data. */
  readonly withoutData: number;
  readonly otherOperations: number;
  /** Reads of objects in buckets that are not configured, where any are. */
  readonly otherBuckets: number;
  readonly badLines: number;
  readonly badLinesBy: Readonly<Partial<Record<LineFault, number>>>;
  /** The first bad lines. */
  readonly firstBad: readonly { readonly where: string; readonly fault: LineFault }[];
  readonly unreadable: readonly { readonly where: string; readonly message: string }[];
  /** Whether all files were read, and none of them given up. */
  readonly isWhole: boolean;
}

const SHOWN_BAD = 20;
/** Events handed on at a time. */
const BATCH = 5000;

/**
 * A file that can't be read is named, and the others go on.
 * @throws AstraError ASTRA_ACCESS_LOG_INVALID before anything is appended for a path that isn't there, and at the end where
 *   no line of all was one of an access log; ASTRA_LOG_* for the log.
 */
export async function ingestAccessLogs({
  ctx,
  input,
}: {
  ctx: Context;
  input: IngestAccessLogsInput;
}): Promise<IngestAccessLogsResult> {
  requirePermission(ctx.actor, "event.write");
  const found = new Set<string>();
  for (const path of input.paths) for (const file of await input.files.find(path)) found.add(file);
  const reading = new Reading(ctx, input);
  for (const file of found) {
    if (ctx.signal.aborted) break;
    await reading.file(file);
  }
  await reading.flush();
  const { total, badLinesBy, firstBad, unreadable } = reading;
  const [first] = firstBad;
  if (first && total.lines === total.badLines) {
    throw new AstraError("ASTRA_ACCESS_LOG_INVALID", "no line is one of an S3 server access log", first);
  }
  const isWhole = total.files === found.size;
  return { topic: ctx.config.log.topic, ...total, badLinesBy, firstBad, unreadable, isWhole };
}

class Reading {
  readonly total = {
    files: 0,
    lines: 0,
    accesses: 0,
    withoutData: 0,
    otherOperations: 0,
    otherBuckets: 0,
    badLines: 0,
  };
  readonly badLinesBy: Partial<Record<LineFault, number>> = {};
  readonly firstBad: { readonly where: string; readonly fault: LineFault }[] = [];
  readonly unreadable: { readonly where: string; readonly message: string }[] = [];
  readonly #ctx: Context;
  readonly #input: IngestAccessLogsInput;
  readonly #buckets: ReadonlySet<string>;
  #events: DataEvent[] = [];

  constructor(ctx: Context, input: IngestAccessLogsInput) {
    this.#ctx = ctx;
    this.#input = input;
    const { bucket, buckets } = ctx.config;
    this.#buckets = new Set([...Object.keys(buckets), ...(bucket === undefined ? [] : [bucket])]);
  }

  async file(file: string): Promise<void> {
    const lines = this.#input.files.lines(file)[Symbol.asyncIterator]();
    try {
      for (let batch = await this.#read(file, lines); batch; batch = await this.#read(file, lines)) {
        if (batch === "unreadable" || this.#ctx.signal.aborted) return;
        for (const [index, line] of batch.lines.entries()) this.#line(line, `${file}:${batch.first + index}`);
        if (this.#events.length >= BATCH) await this.flush();
        this.#input.progress?.(this.total.lines, null, "lines");
      }
    } finally {
      await lines.return?.();
    }
    this.total.files += 1;
  }

  /** The next lines; a fault of the file is noted here, so that one of the log is never taken for it. */
  async #read(file: string, lines: AsyncIterator<LogLines>): Promise<LogLines | "unreadable" | null> {
    try {
      const { done, value } = await lines.next();
      return done ? null : value;
    } catch (error) {
      const { where = file, message } = toAstraError(error);
      this.unreadable.push({ where, message });
      return "unreadable";
    }
  }

  #line(text: string | null, where: string): void {
    if (text === "") return;
    const { total } = this;
    total.lines += 1;
    const line = text === null ? ({ kind: "bad", fault: "too_long" } as const) : parseAccessLogLine(text);
    if (line.kind === "other") total.otherOperations += 1;
    else if (line.kind === "without_data") total.withoutData += 1;
    else if (line.kind === "bad") this.#bad(line.fault, where);
    else if (this.#buckets.size > 0 && !this.#buckets.has(line.read.bucket)) total.otherBuckets += 1;
    else {
      total.accesses += 1;
      this.#events.push(accessLogEvent(line.read));
    }
  }

  #bad(fault: LineFault, where: string): void {
    this.total.badLines += 1;
    this.badLinesBy[fault] = (this.badLinesBy[fault] ?? 0) + 1;
    if (this.firstBad.length < SHOWN_BAD) this.firstBad.push({ where, fault });
  }

  async flush(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    if (events.length > 0) await appendEvents({ ctx: this.#ctx, input: { events } });
  }
}
