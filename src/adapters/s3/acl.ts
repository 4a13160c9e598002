/** Access control lists of objects, read, and restated by the headers of the request that makes an object. */
import type { Grant, ObjectAcl } from "../../ports/object-store.ts";
import { integrityError } from "./multipart.ts";
import type { Requests } from "./request.ts";
import { elements, tagText } from "./xml-scan.ts";

export async function readAcl(requests: Requests, key: string): Promise<ObjectAcl> {
  const answer = await requests.sendOrFail({
    operation: "GetObjectAcl",
    action: "s3:GetObjectAcl",
    method: "GET",
    key,
    query: [["acl", ""]],
  });
  const acl = parseAcl(answer.text);
  if (acl === null) throw integrityError(requests, key, "GetObjectAcl gave a list that can't be read");
  return acl;
}

/** `null` where the owner or a grant is not as it has to be: a list read in part would take rights away. */
export function parseAcl(xml: string): ObjectAcl | null {
  const grants: Grant[] = [];
  for (const block of elements(xml, "Grant")) {
    const grant = parseGrant(block);
    if (grant === null) return null;
    grants.push(grant);
  }
  const [owner = ""] = elements(xml, "Owner");
  const ownerId = tagText(owner, "ID");
  return ownerId === null ? null : { ownerId, grants: grants.toSorted(compareGrants) };
}

const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;
const GRANTEES = { ID: "id", URI: "uri", EmailAddress: "email" } as const;

function parseGrant(block: string): Grant | null {
  const stated = tagText(block, "Permission");
  const permission = PERMISSIONS.find((name) => name === stated);
  if (permission === undefined) return null;
  for (const [element, kind] of Object.entries(GRANTEES)) {
    const value = tagText(block, element);
    if (value !== null && value !== "") return { grantee: { kind, value }, permission };
  }
  return null;
}

function compareGrants(a: Grant, b: Grant): number {
  const [textA, textB] = [grantText(a), grantText(b)];
  if (textA === textB) return 0;
  return textA < textB ? -1 : 1;
}

function grantText({ grantee, permission }: Grant): string {
  return `${grantee.kind} ${grantee.value} ${permission}`;
}

const GRANT_HEADERS: Readonly<Record<Grant["permission"], string>> = {
  FULL_CONTROL: "x-amz-grant-full-control",
  READ: "x-amz-grant-read",
  WRITE: "x-amz-grant-write",
  READ_ACP: "x-amz-grant-read-acp",
  WRITE_ACP: "x-amz-grant-write-acp",
};
const GRANTEE_NAMES = { id: "id", uri: "uri", email: "emailAddress" } as const;

/**
 * The list as headers. `WRITE` means nothing on an object, and S3 documents its header for buckets only; it is stated all
 * the same, so that what can't be kept shows as a refusal or a difference and not as silence.
 */
export function grantHeaders(acl: ObjectAcl | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { grantee, permission } of acl?.grants ?? []) {
    const name = GRANT_HEADERS[permission];
    const stated = `${GRANTEE_NAMES[grantee.kind]}="${grantee.value}"`;
    const before = headers[name];
    headers[name] = before === undefined ? stated : `${before}, ${stated}`;
  }
  return headers;
}
