import { AstraError } from "../../core/errors.ts";
import type { RestoreInput } from "../../ports/object-store.ts";
import { objectWhere } from "./errors.ts";
import { findObject } from "./head.ts";
import type { Requests, S3Request } from "./request.ts";

const SPEEDS = { expedited: "Expedited", standard: "Standard", bulk: "Bulk" } as const;
const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** @throws ASTRA_OBJECT_MISSING; ASTRA_STORE_REFUSED for an object that needs no restore, or a speed its class lacks. */
export async function restoreObject(
  requests: Requests,
  input: RestoreInput,
): Promise<"started" | "ongoing" | "restored"> {
  const request: S3Request = {
    operation: "RestoreObject",
    action: "s3:RestoreObject",
    method: "POST",
    key: input.key,
    query: [["restore", ""]],
    headers: { "content-type": "application/xml" },
    body: `<RestoreRequest xmlns="${NAMESPACE}"><Days>${input.days}</Days><GlacierJobParameters><Tier>${SPEEDS[input.speed]}</Tier></GlacierJobParameters></RestoreRequest>`,
  };
  const outcome = await requests.send(request);
  if (outcome.kind === "answer") return outcome.answer.status === 200 ? "restored" : "started";
  if (outcome.kind === "done-before") return "started";
  if (outcome.fault.code === "RestoreAlreadyInProgress") return "ongoing";
  if (outcome.fault.code === "InvalidObjectState") throw await notArchived(requests, input.key);
  throw requests.failure(outcome.fault, request);
}

async function notArchived(requests: Requests, key: string): Promise<AstraError> {
  const where = objectWhere(requests.bucket, key);
  const storageClass = (await findObject(requests, key))?.storageClass ?? "unknown";
  return new AstraError("ASTRA_STORE_REFUSED", `${where} is in ${storageClass} and needs no restore`, {
    where,
    fix: "Read or copy the object as it is.",
  });
}
