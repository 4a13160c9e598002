import type { Requests } from "./request.ts";

/** Ends an upload and frees its parts. One that is not there is no fault: it was completed or aborted before. */
export async function abortUpload(requests: Requests, key: string, uploadId: string): Promise<void> {
  const request = {
    operation: "AbortMultipartUpload",
    action: "s3:AbortMultipartUpload",
    method: "DELETE",
    key,
    query: [["uploadId", uploadId]],
  } as const;
  const outcome = await requests.send(request);
  if (outcome.kind !== "fault") return;
  if (outcome.fault.status === 404 && outcome.fault.code !== "NoSuchBucket") return;
  throw requests.failure(outcome.fault, request);
}
