/** What the product's processes did to the store, seen from the store: every write is noticed by comparing before and after. */
import type { Sandbox } from "../../src/sandbox/server.ts";
import type { WireRequest } from "./gated-http.ts";
import { BUCKET } from "./setting.ts";

/** A write of one of the processes that took effect. */
export interface WriteEffect {
  readonly kind: "copy" | "upload" | "removal";
  readonly step: number;
  readonly atMs: number;
  readonly process: string;
  readonly key: string;
  /** Version that was current, or was removed. */
  readonly versionBefore: string;
  readonly versionAfter: string;
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  /** The object was held, and had been before the process last looked at it. */
  readonly isAgainstHold: boolean;
  /** Its owner had written it anew since the process last looked at it. */
  readonly isOfUnseen: boolean;
  /** ETag of what was copied. */
  readonly etagBefore: string;
  /** The kill switch was on, and had been for a second before the process last looked at the object. */
  readonly isAgainstBrake: boolean;
}

/** The object a request speaks of, and what it wants of it. */
export interface Wanted {
  /** Decoded. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly isCopy: boolean;
}

export function wantedBy(request: WireRequest): Wanted {
  const [path = "", query = ""] = request.path.split("?", 2);
  const key = decodeURIComponent(path.slice(`/${BUCKET}/`.length));
  return { key, query: new URLSearchParams(query), isCopy: "x-amz-copy-source" in request.headers };
}

/** What makes one state of a key differ from another. */
export interface KeyState {
  readonly current: string | null;
  readonly versionId: string;
  readonly etag: string;
  readonly storageClass: string;
  readonly sizeBytes: number;
  readonly versions: readonly string[];
}

export function keyState(sandbox: Sandbox, key: string): KeyState {
  const versions = sandbox.versions(BUCKET, key);
  const current = versions.find((version) => version.current && !version.deleteMarker);
  return {
    current: current ? `${current.versionId} ${current.lastModifiedMs} ${current.storageClass} ${current.etag}` : null,
    versionId: current?.versionId ?? "null",
    etag: current?.etag ?? "",
    storageClass: current?.storageClass ?? "",
    sizeBytes: current?.sizeBytes ?? 0,
    versions: versions.map(({ versionId }) => versionId),
  };
}

/** @returns `null` where the request changed no version of the key */
export function effectOf(
  request: WireRequest,
  wanted: Wanted,
  states: { readonly before: KeyState; readonly after: KeyState },
): Pick<
  WriteEffect,
  "kind" | "key" | "versionBefore" | "versionAfter" | "etagBefore" | "from" | "to" | "sizeBytes"
> | null {
  const { before, after } = states;
  const { key } = wanted;
  const change = {
    key,
    versionBefore: before.versionId,
    versionAfter: after.versionId,
    etagBefore: before.etag,
    from: before.storageClass,
    to: after.storageClass,
    sizeBytes: after.sizeBytes,
  };
  if (request.method === "DELETE") {
    const removed = before.versions.find((id) => !after.versions.includes(id));
    return removed === undefined ? null : { ...change, kind: "removal", versionBefore: removed };
  }
  if (before.current === after.current) return null;
  const isCopy = wanted.isCopy || wanted.query.has("uploadId");
  return { ...change, kind: isCopy ? "copy" : "upload" };
}
