/** The JSON form in which other tools hand over what they know of objects, and take it back. */
import { z } from "zod";
import { NO_ACCESS, recordReads } from "../core/access-stats.ts";
import { AstraError } from "../core/errors.ts";
import { keyFault } from "../core/object-ref.ts";
import { type ObjectState, unknownObject } from "../core/object-state.ts";
import { requirePermission } from "../core/permission.ts";
import type { Context, Progress } from "./context.ts";
import { observeOptions } from "./observe-options.ts";

/** ISO 8601 with or without a zone; without one it is UTC. */
const timestamp = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/,
    "must be an ISO 8601 date and time",
  )
  .refine((text) => !Number.isNaN(utcMs(text)), "is no date of the calendar");

const entry = z.strictObject({
  access_count: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  created_timestamp: timestamp,
  last_accessed_timestamp: timestamp.nullish(),
  promoted_timestamp: timestamp.nullish(),
});

export type MetadataEntry = z.infer<typeof entry>;

function utcMs(text: string): number {
  const hasTime = text.length > 10;
  const hasZone = hasTime && /(?:Z|[+-]\d\d:?\d\d)$/.test(text);
  return Date.parse(hasZone ? text : hasTime ? `${text.replace(" ", "T")}Z` : `${text}T00:00:00Z`);
}

export interface ImportMetadataInput {
  readonly bucket: string;
  /** The parsed file. */
  readonly json: unknown;
  /** Name of the file, for errors. */
  readonly where: string;
  readonly progress?: Progress;
}

export interface ImportMetadataResult {
  readonly imported: number;
}

const PAGE = 1000;

/** Replaces what was known of creation, accesses and, where an entry tells it, of promotion. @throws AstraError ASTRA_METADATA_INVALID, before anything is written */
export async function importMetadata({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "clock" | "config" | "state">;
  input: ImportMetadataInput;
}): Promise<ImportMetadataResult> {
  requirePermission(ctx.actor, "state.write");
  const entries = parseEntries(input.json, input.where);
  const keepDays = observeOptions(ctx.config).keepDays;
  let imported = 0;
  for (let at = 0; at < entries.length; at += PAGE) {
    const page = entries.slice(at, at + PAGE);
    const states: ObjectState[] = [];
    for (const [key, meta] of page) {
      const ref = { bucket: input.bucket, key };
      const known = (await ctx.state.object(ref)) ?? unknownObject(ref);
      states.push({ ...known, ...learned(meta, keepDays) });
    }
    const detail = { bucket: input.bucket, file: input.where, objects: page.length };
    await ctx.state.putObjects(states, {
      atMs: ctx.clock.now(),
      actor: ctx.actor.name,
      action: "metadata.import",
      detail,
    });
    imported += page.length;
    input.progress?.(imported, entries.length, "objects");
  }
  return { imported };
}

function parseEntries(json: unknown, where: string): [string, MetadataEntry][] {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new AstraError("ASTRA_METADATA_INVALID", "the file must be a JSON object of entries by name", { where });
  }
  return Object.entries(json).map(([key, value]) => {
    const parsed = entry.safeParse(value);
    const fault = keyFault(key) ?? (parsed.success ? null : describe(parsed.error));
    if (fault || !parsed.success) {
      throw new AstraError("ASTRA_METADATA_INVALID", `entry ${JSON.stringify(key.slice(0, 100))}: ${fault ?? ""}`, {
        where,
      });
    }
    return [key, parsed.data];
  });
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  return `${issue?.path.join(".") ?? ""} ${issue?.message ?? "not valid"}`.trim();
}

/** The lifetime count enters the window as that many accesses at the last one's time. */
function learned(meta: MetadataEntry, keepDays: number): Partial<ObjectState> {
  const createdMs = utcMs(meta.created_timestamp);
  const lastMs = meta.last_accessed_timestamp ? utcMs(meta.last_accessed_timestamp) : createdMs;
  const access = meta.access_count > 0 ? recordReads(NO_ACCESS, lastMs, meta.access_count, keepDays) : NO_ACCESS;
  const promoted = meta.promoted_timestamp;
  const learnt = { createdMs, ageUncertain: false, access };
  if (promoted === undefined) return learnt;
  return { ...learnt, promotedMs: promoted === null ? null : utcMs(promoted) };
}

/** Objects of a bucket in the same form, page by page. Objects whose creation is not known are left out. */
export async function* exportMetadata({
  ctx,
  input,
}: {
  ctx: Pick<Context, "actor" | "state">;
  input: { readonly bucket: string };
}): AsyncIterable<readonly (readonly [string, MetadataEntry])[]> {
  requirePermission(ctx.actor, "object.read");
  for await (const page of ctx.state.objects({ bucket: input.bucket })) {
    yield page.flatMap((state): (readonly [string, MetadataEntry])[] =>
      state.createdMs === null ? [] : [[state.key, exported(state, state.createdMs)]],
    );
  }
}

function exported(state: ObjectState, createdMs: number): MetadataEntry {
  const { lifetimeReads, lastAccessMs } = state.access;
  return {
    access_count: lifetimeReads,
    created_timestamp: withoutZone(createdMs),
    last_accessed_timestamp: lastAccessMs === null ? null : withoutZone(lastAccessMs),
    ...(state.promotedMs !== null && { promoted_timestamp: withoutZone(state.promotedMs) }),
  };
}

/** `2024-11-08T10:30:00`, UTC; milliseconds only where there are any. */
function withoutZone(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace("Z", "")
    .replace(/\.000$/, "");
}
