/** Tries the permissions Astra needs by requests that can change nothing. */
import { isAstraError } from "../../core/errors.ts";
import type { ProbeResult } from "../../ports/object-store.ts";
import type { Control } from "./control.ts";
import { type ControlCall, BUCKET_OWNER, CONTROL_CALLS, OWNERSHIP } from "./control-calls.ts";
import { listPage } from "./list.ts";
import type { Requests, S3Request } from "./request.ts";

/** A key and an upload id that nobody has: what is permitted ends in "not found", what is not in "forbidden". */
const NOBODYS_KEY = ".astra-probe/no-object-has-this-key";
const NOBODYS_UPLOAD: readonly [string, string] = ["uploadId", "astra-probe-no-such-upload"];

const OBJECT_PROBES: readonly S3Request[] = [
  { operation: "HeadObject", action: "s3:GetObject", method: "HEAD", key: NOBODYS_KEY },
  {
    operation: "UploadPart",
    action: "s3:PutObject",
    method: "PUT",
    key: NOBODYS_KEY,
    query: [["partNumber", "1"], NOBODYS_UPLOAD],
  },
  {
    operation: "AbortMultipartUpload",
    action: "s3:AbortMultipartUpload",
    method: "DELETE",
    key: NOBODYS_KEY,
    query: [NOBODYS_UPLOAD],
  },
  {
    operation: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    method: "GET",
    key: NOBODYS_KEY,
    query: [["tagging", ""]],
  },
  {
    operation: "RestoreObject",
    action: "s3:RestoreObject",
    method: "POST",
    key: NOBODYS_KEY,
    query: [["restore", ""]],
    headers: { "content-type": "application/xml" },
    body: '<RestoreRequest xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Days>1</Days></RestoreRequest>',
  },
];

/** Needed only where objects have access control lists. */
const ACL_PROBE: S3Request = {
  operation: "GetObjectAcl",
  action: "s3:GetObjectAcl",
  method: "GET",
  key: NOBODYS_KEY,
  query: [["acl", ""]],
};

/** @throws what no permission can mend: a missing bucket, wrong keys, an endpoint that does not answer. */
export async function probeBucket(requests: Requests, control: Control): Promise<readonly ProbeResult[]> {
  const results: ProbeResult[] = [];
  results.push(
    await attempt("s3:ListBucket", async () => {
      const page = await listPage(requests, { prefix: "", startAfter: "", token: null, maxKeys: 1 });
      return page.objects.length === 0 ? "listed; the bucket is empty" : "listed";
    }),
  );
  for (const request of OBJECT_PROBES) {
    results.push(await attempt(request.action, () => probeObject(requests, request)));
  }
  let ownership: string | null = null;
  for (const call of CONTROL_CALLS) {
    const result = await probeControl(control, call);
    results.push(result);
    if (call === OWNERSHIP && result.allowed) ownership = await control.run(OWNERSHIP);
  }
  if (ownership === null || ownership === "enforced") return results;
  results.push(await probeControl(control, BUCKET_OWNER));
  results.push(await attempt(ACL_PROBE.action, () => probeObject(requests, ACL_PROBE)));
  return results;
}

function probeControl(control: Control, call: ControlCall<unknown>): Promise<ProbeResult> {
  return attempt(call.action, async () => {
    await control.run(call);
    return `${call.operation} answered`;
  });
}

async function attempt(action: string, ask: () => Promise<string>): Promise<ProbeResult> {
  try {
    return { action, allowed: true, detail: await ask() };
  } catch (error) {
    if (isAstraError(error, "ASTRA_STORE_FORBIDDEN")) return { action, allowed: false, detail: error.message };
    if (!isAstraError(error, "ASTRA_STORE_REFUSED")) throw error;
    return { action, allowed: true, detail: `not forbidden, but ${error.message}` };
  }
}

async function probeObject(requests: Requests, request: S3Request): Promise<string> {
  const outcome = await requests.send(request);
  if (outcome.kind !== "fault") return `${request.operation} was let through`;
  const { fault } = outcome;
  if (fault.status === 403 || fault.code === "NoSuchBucket") throw requests.failure(fault, request);
  return `${request.operation} was let through; it found nothing to work on (${fault.code})`;
}
