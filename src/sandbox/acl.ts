/** Access control lists: kept and shown, enforced nowhere, because the sandbox knows one principal. */
import { invalidArgument } from "./s3-error.ts";
import { element, escapeXml, leaf, xmlDocument } from "./xml.ts";

export const OWNER_ID = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
const OWNER_NAME = "astra-sandbox";
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/** Grants of a canned list besides the owner's own. */
const CANNED: Readonly<Record<string, readonly string[]>> = {
  private: [],
  "public-read": [groupGrant(ALL_USERS, "READ")],
  "public-read-write": [groupGrant(ALL_USERS, "READ"), groupGrant(ALL_USERS, "WRITE")],
  "authenticated-read": [groupGrant(AUTHENTICATED_USERS, "READ")],
  "aws-exec-read": [],
  "bucket-owner-read": [],
  "bucket-owner-full-control": [],
  "log-delivery-write": [
    groupGrant("http://acs.amazonaws.com/groups/s3/LogDelivery", "WRITE"),
    groupGrant("http://acs.amazonaws.com/groups/s3/LogDelivery", "READ_ACP"),
  ],
};

const GRANT_HEADERS = {
  "x-amz-grant-read": "READ",
  "x-amz-grant-write": "WRITE",
  "x-amz-grant-read-acp": "READ_ACP",
  "x-amz-grant-write-acp": "WRITE_ACP",
  "x-amz-grant-full-control": "FULL_CONTROL",
} as const;

export function ownerXml(name = "Owner"): string {
  return element(name, leaf("ID", OWNER_ID), leaf("DisplayName", OWNER_NAME));
}

/** The list that `x-amz-acl` or the grant headers ask for; `null` = private. @throws S3Error InvalidArgument */
export function aclFromHeaders(headers: ReadonlyMap<string, string>): string | null {
  const canned = headers.get("x-amz-acl");
  if (canned !== undefined) {
    const grants = Object.hasOwn(CANNED, canned) ? CANNED[canned] : undefined;
    if (!grants) throw invalidArgument("x-amz-acl", canned, "The canned ACL is not known");
    return grants.length === 0 ? null : aclXml([ownersGrant(), ...grants]);
  }
  const grants: string[] = [];
  for (const [name, permission] of Object.entries(GRANT_HEADERS)) {
    for (const grantee of headers.get(name)?.split(",") ?? [])
      grants.push(headerGrant(name, grantee.trim(), permission));
  }
  return grants.length === 0 ? null : aclXml(grants);
}

/** A stored list as a document; nothing stored is the owner's own list. */
export function aclDocument(stored: string | null): string {
  return stored ?? aclXml([ownersGrant()]);
}

function headerGrant(header: string, grantee: string, permission: string): string {
  const match = /^(id|uri|emailAddress)="?([^"]*)"?$/.exec(grantee);
  const value = match?.[2] ?? "";
  if (match?.[1] === "id")
    return grant(`<Grantee ${XSI} xsi:type="CanonicalUser">${leaf("ID", value)}</Grantee>`, permission);
  if (match?.[1] === "uri") return groupGrant(value, permission);
  throw invalidArgument(header, grantee, 'A grantee is given as id="…" or uri="…"');
}

function ownersGrant(): string {
  const who = `${leaf("ID", OWNER_ID)}${leaf("DisplayName", OWNER_NAME)}`;
  return grant(`<Grantee ${XSI} xsi:type="CanonicalUser">${who}</Grantee>`, "FULL_CONTROL");
}

function groupGrant(uri: string, permission: string): string {
  return grant(`<Grantee ${XSI} xsi:type="Group"><URI>${escapeXml(uri)}</URI></Grantee>`, permission);
}

function grant(grantee: string, permission: string): string {
  return element("Grant", grantee, leaf("Permission", permission));
}

function aclXml(grants: readonly string[]): string {
  return xmlDocument("AccessControlPolicy", ownerXml(), element("AccessControlList", ...grants));
}
