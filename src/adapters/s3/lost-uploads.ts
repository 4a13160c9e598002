/** Uploads that were begun by a request whose answer was lost, so that nobody knows their ids. */
import { abortUpload } from "./abort-upload.ts";
import { openUploads } from "./open-uploads.ts";
import type { Requests } from "./request.ts";

/** The upload that a later try of the same request began. */
export interface KnownUpload {
  readonly key: string;
  readonly id: string;
  readonly storageClass: string;
  /** From the first try to the answer that came. */
  readonly elapsedMs: number;
}

/** S3 dates uploads by whole seconds. */
const DATE_STEP_MS = 1000;

/**
 * Aborts what earlier tries have begun: uploads of the same key and class, begun by the store's own clock since the first
 * try, without a part. An upload of somebody else's would have to begin within the same moment to look like that.
 */
export async function abortLostUploads(requests: Requests, known: KnownUpload): Promise<void> {
  const others: { readonly uploadId: string; readonly initiatedMs: number }[] = [];
  let ownMs: number | null = null;
  for await (const page of openUploads(requests, known.key)) {
    for (const { key, uploadId, initiatedMs, storageClass } of page) {
      if (key !== known.key) continue;
      if (uploadId === known.id) ownMs = initiatedMs;
      else if (storageClass === known.storageClass) others.push({ uploadId, initiatedMs });
    }
    // Keys come in order, and the shortest one with the prefix is the prefix.
    if (page.at(-1)?.key !== known.key) break;
  }
  if (ownMs === null) return;
  const fromMs = ownMs - known.elapsedMs - DATE_STEP_MS;
  for (const { uploadId, initiatedMs } of others) {
    if (initiatedMs < fromMs || initiatedMs > ownMs) continue;
    if (!(await hasParts(requests, known.key, uploadId))) await abortUpload(requests, known.key, uploadId);
  }
}

async function hasParts(requests: Requests, key: string, uploadId: string): Promise<boolean> {
  const answer = await requests.sendOrFail({
    operation: "ListParts",
    action: "s3:ListMultipartUploadParts",
    method: "GET",
    key,
    query: [
      ["max-parts", "1"],
      ["uploadId", uploadId],
    ],
  });
  return answer.text.includes("<Part>");
}
