/** Access control lists: kept and shown, enforced nowhere, because the sandbox knows one principal. */
import type { Bucket } from "./bucket.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";
import {
  type XmlElement,
  childNamed,
  childText,
  childrenNamed,
  element,
  escapeXml,
  leaf,
  parseXmlRoot,
  xmlDocument,
} from "./xml.ts";

export const OWNER_ID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
const OWNER_NAME = "astra-sandbox";
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery";

const PERMISSIONS = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;

export interface StoredGrant {
  /** A canonical user or a predefined group. */
  readonly grantee: { readonly kind: "id" | "uri"; readonly value: string };
  readonly permission: (typeof PERMISSIONS)[number];
}

export interface StoredAcl {
  readonly ownerId: string;
  readonly grants: readonly StoredGrant[];
}

const OWNERS_GRANT: StoredGrant = { grantee: { kind: "id", value: OWNER_ID }, permission: "FULL_CONTROL" };

/** What an object has that nobody gave a list. */
export const PRIVATE_ACL: StoredAcl = { ownerId: OWNER_ID, grants: [OWNERS_GRANT] };

/** Grants of a canned list besides the owner's own. */
const CANNED: Readonly<Record<string, readonly StoredGrant[]>> = {
  private: [],
  "public-read": [groupGrant(ALL_USERS, "READ")],
  "public-read-write": [groupGrant(ALL_USERS, "READ"), groupGrant(ALL_USERS, "WRITE")],
  "authenticated-read": [groupGrant(AUTHENTICATED_USERS, "READ")],
  "aws-exec-read": [],
  "bucket-owner-read": [],
  "bucket-owner-full-control": [],
  "log-delivery-write": [groupGrant(LOG_DELIVERY, "WRITE"), groupGrant(LOG_DELIVERY, "READ_ACP")],
};

const GRANT_HEADERS = {
  "x-amz-grant-read": "READ",
  "x-amz-grant-write": "WRITE",
  "x-amz-grant-read-acp": "READ_ACP",
  "x-amz-grant-write-acp": "WRITE_ACP",
  "x-amz-grant-full-control": "FULL_CONTROL",
} as const;

export function ownerXml(name = "Owner", id = OWNER_ID): string {
  return element(name, leaf("ID", id), leaf("DisplayName", id === OWNER_ID ? OWNER_NAME : null));
}

/** The list that `x-amz-acl` or the grant headers ask for; `null` = private. @throws S3Error InvalidArgument */
export function aclFromHeaders(headers: ReadonlyMap<string, string>): StoredAcl | null {
  const canned = headers.get("x-amz-acl");
  if (canned !== undefined) {
    const grants = Object.hasOwn(CANNED, canned) ? CANNED[canned] : undefined;
    if (!grants) throw invalidArgument("x-amz-acl", canned, "The canned ACL is not known");
    return grants.length === 0 ? null : { ownerId: OWNER_ID, grants: [OWNERS_GRANT, ...grants] };
  }
  const grants: StoredGrant[] = [];
  for (const [name, permission] of Object.entries(GRANT_HEADERS)) {
    for (const grantee of headers.get(name)?.split(",") ?? [])
      grants.push(headerGrant(name, grantee.trim(), permission));
  }
  return grants.length === 0 ? null : { ownerId: OWNER_ID, grants };
}

/** The list of an `AccessControlPolicy` document. @throws S3Error MalformedXML, MalformedACLError */
export function aclFromDocument(body: Uint8Array): StoredAcl {
  const policy = parseXmlRoot(body, "AccessControlPolicy");
  const owner = childNamed(policy, "Owner");
  const list = childNamed(policy, "AccessControlList");
  if (!owner || !list) throw malformedAcl();
  return { ownerId: childText(owner, "ID")?.trim() ?? "", grants: childrenNamed(list, "Grant").map(documentGrant) };
}

/**
 * A list that a write states, checked against the bucket's ownership.
 * @throws S3Error AccessControlListNotSupported where objects have no lists of their own
 */
export function permittedAcl(bucket: Bucket, sent: StoredAcl | null, canned: string | undefined): StoredAcl | null {
  if (bucket.ownership !== "BucketOwnerEnforced") return sent;
  const ownersOnly =
    sent?.grants.every(isOwnersGrant) ?? (canned === undefined || canned === "bucket-owner-full-control");
  if (ownersOnly) return null;
  throw new S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

function isOwnersGrant({ grantee, permission }: StoredGrant): boolean {
  return grantee.kind === "id" && grantee.value === OWNER_ID && permission === "FULL_CONTROL";
}

/** A stored list as a document; nothing stored is the owner's own list. */
export function aclDocument(stored: StoredAcl | null): string {
  const { ownerId, grants } = stored ?? PRIVATE_ACL;
  return xmlDocument(
    "AccessControlPolicy",
    ownerXml("Owner", ownerId),
    element("AccessControlList", ...grants.map(grantXml)),
  );
}

function headerGrant(header: string, grantee: string, permission: StoredGrant["permission"]): StoredGrant {
  const match = /^(id|uri|emailAddress)="?([^"]*)"?$/.exec(grantee);
  const value = match?.[2] ?? "";
  if (match?.[1] === "id") return { grantee: { kind: "id", value }, permission };
  if (match?.[1] === "uri") return groupGrant(value, permission);
  throw invalidArgument(header, grantee, 'A grantee is given as id="…" or uri="…"');
}

function documentGrant(grant: XmlElement): StoredGrant {
  const grantee = childNamed(grant, "Grantee");
  const stated = childText(grant, "Permission")?.trim();
  const permission = PERMISSIONS.find((name) => name === stated);
  const id = grantee && childText(grantee, "ID")?.trim();
  const uri = grantee && childText(grantee, "URI")?.trim();
  if (permission === undefined) throw malformedAcl();
  if (id !== undefined) return { grantee: { kind: "id", value: id }, permission };
  if (uri !== undefined) return groupGrant(uri, permission);
  throw malformedAcl();
}

function groupGrant(uri: string, permission: StoredGrant["permission"]): StoredGrant {
  return { grantee: { kind: "uri", value: uri }, permission };
}

function grantXml({ grantee, permission }: StoredGrant): string {
  const who =
    grantee.kind === "uri"
      ? `<Grantee ${XSI} xsi:type="Group"><URI>${escapeXml(grantee.value)}</URI></Grantee>`
      : `<Grantee ${XSI} xsi:type="CanonicalUser">${leaf("ID", grantee.value)}${leaf("DisplayName", grantee.value === OWNER_ID ? OWNER_NAME : null)}</Grantee>`;
  return element("Grant", who, leaf("Permission", permission));
}

function malformedAcl(): S3Error {
  return new S3Error(
    "MalformedACLError",
    "The ACL that you provided was not well formed or did not validate against our published schema",
  );
}
