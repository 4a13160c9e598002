/** Files of telemetry by what the user names: files and folders of this machine, and prefixes of buckets. */
import { createHash } from "node:crypto";
import { NewestLogs } from "../../core/access-log/log-names.ts";
import { objectUri } from "../../core/object-ref.ts";
import { MS_PER_HOUR } from "../../core/units.ts";
import type { LogFiles } from "../../ports/log-files.ts";
import type { ListedObject, ObjectStore } from "../../ports/object-store.ts";
import type { Context } from "../context.ts";

/** A file that may hold telemetry. */
export interface TelemetryFile {
  /** Path or URI. */
  readonly name: string;
  /** What a listing tells of it, where that tells its content; else `null`. */
  readonly listedAs: string | null;
  /** Bytes as stored. */
  open(): AsyncIterable<Uint8Array>;
}

/** What one argument of the user stands for. */
export interface TelemetrySource {
  /** Files there are now, page by page; from the second time on those that came since, and some again. */
  look(): AsyncIterable<readonly TelemetryFile[]>;
}

/**
 * @param waits whether files may still be written to: those of this machine then count once they stay the same
 * @throws AstraError ASTRA_ACCESS_LOG_INVALID for a path that isn't there, ASTRA_STORE_* for a bucket that can't be opened
 */
export async function telemetrySources(
  ctx: Context,
  files: LogFiles,
  named: readonly string[],
  waits: boolean,
): Promise<readonly TelemetrySource[]> {
  const sources: TelemetrySource[] = [];
  const seen = new Set<string>();
  for (const name of named) {
    const bucket = BUCKET_NAME.exec(name)?.groups;
    if (bucket) {
      const store = await ctx.stores.open(bucket["bucket"] ?? "");
      sources.push(new StoredLogs(ctx, store, bucket["prefix"] ?? ""));
    } else {
      if (!waits) await files.find(name);
      sources.push(new LocalLogs(files, name, waits, seen));
    }
  }
  return sources;
}

/** Without the files that a listing shows to be known. */
export async function unknownOf(ctx: Context, page: readonly TelemetryFile[]): Promise<readonly TelemetryFile[]> {
  const listed = page.flatMap(({ listedAs }) => (listedAs === null ? [] : [listedAs]));
  if (listed.length === 0) return page;
  const answers = await ctx.state.knownReadSources(listed);
  const known = new Set(listed.filter((_, index) => answers[index] === true));
  return page.filter(({ listedAs }) => listedAs === null || !known.has(listedAs));
}

/** The same pieces; each is told by its length when it is asked for. */
export async function* measured(
  pieces: AsyncIterable<Uint8Array>,
  told: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    told(piece.length);
    yield piece;
  }
}

const BUCKET_NAME = /^s3:\/\/(?<bucket>[^/]+)(?:\/(?<prefix>.*))?$/s;

/** Files given at a time. */
const PAGE = 1000;

class LocalLogs implements TelemetrySource {
  readonly #files: LogFiles;
  readonly #path: string;
  readonly #waits: boolean;
  /** Marks as of the last look. */
  #marks = new Map<string, string>();
  readonly #given: Set<string>;

  constructor(files: LogFiles, path: string, waits: boolean, given: Set<string>) {
    this.#files = files;
    this.#path = path;
    this.#waits = waits;
    this.#given = given;
  }

  async *look(): AsyncGenerator<readonly TelemetryFile[]> {
    const found = await this.#files.find(this.#path);
    const before = this.#marks;
    this.#marks = new Map(found.map(({ path, mark }) => [path, mark]));
    const ready = found.filter(({ path, mark }) => {
      const id = `${path}\n${mark}`;
      if ((this.#waits && before.get(path) !== mark) || this.#given.has(id)) return false;
      this.#given.add(id);
      return true;
    });
    for (let at = 0; at < ready.length; at += PAGE) {
      yield ready.slice(at, at + PAGE).map(({ path }) => ({
        name: path,
        listedAs: null,
        open: () => this.#files.bytes(path),
      }));
    }
  }
}

/** New names sort behind the old ones but for new buckets below one prefix: those are found by listing everything. */
const LIST_ALL_MS = MS_PER_HOUR;
/** Names remembered, so that they are not read again in the overlap of two looks. */
const MOST_GIVEN = 100_000;

class StoredLogs implements TelemetrySource {
  readonly #ctx: Context;
  readonly #store: ObjectStore;
  readonly #prefix: string;
  readonly #newest = new NewestLogs();
  #listedAllMs = Number.NEGATIVE_INFINITY;
  readonly #given = new Set<string>();

  constructor(ctx: Context, store: ObjectStore, prefix: string) {
    this.#ctx = ctx;
    this.#store = store;
    this.#prefix = prefix;
  }

  async *look(): AsyncGenerator<readonly TelemetryFile[]> {
    for (const input of this.#starts()) {
      for await (const page of this.#store.list(input)) {
        yield page.flatMap((object) => this.#file(object));
      }
    }
  }

  #starts(): readonly { readonly prefix: string; readonly startAfter?: string }[] {
    const nowMs = this.#ctx.clock.now();
    const starts = nowMs - this.#listedAllMs < LIST_ALL_MS ? this.#newest.starts() : null;
    if (starts !== null) return starts;
    this.#listedAllMs = nowMs;
    return [{ prefix: this.#prefix }];
  }

  #file({ key, etag, sizeBytes }: ListedObject): TelemetryFile[] {
    this.#newest.see(key);
    // What stands for a folder, and log objects of nothing.
    if (sizeBytes === 0) return [];
    const name = objectUri({ bucket: this.#store.bucket, key });
    const listedAs = `listed:${createHash("sha256").update(`${name}\n${etag}\n${sizeBytes}`).digest("hex")}`;
    if (this.#given.has(listedAs)) return [];
    this.#given.add(listedAs);
    if (this.#given.size > MOST_GIVEN) this.#forgetOldest();
    return [{ name, listedAs, open: () => opened(this.#store, key) }];
  }

  #forgetOldest(): void {
    const [oldest] = this.#given;
    if (oldest !== undefined) this.#given.delete(oldest);
  }
}

async function* opened(store: ObjectStore, key: string): AsyncGenerator<Uint8Array> {
  yield* await store.get(key);
}
