import { expect, test } from "vitest";
import { grantHeaders, parseAcl } from "./acl.ts";

const OWNER = "<Owner><ID>own</ID><DisplayName>Grant &amp; Co</DisplayName></Owner>";
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

const grant = (grantee: string, permission: string): string =>
  `<Grant><Grantee ${XSI} xsi:type="any">${grantee}</Grantee><Permission>${permission}</Permission></Grant>`;
const list = (...grants: string[]): string =>
  `<AccessControlPolicy>${OWNER}<AccessControlList>${grants.join("")}</AccessControlList></AccessControlPolicy>`;

test("lists that allow the same are equal in whatever order they come", () => {
  const grants = [
    grant("<ID>own</ID><DisplayName>x</DisplayName>", "FULL_CONTROL"),
    grant("<URI>http://all&amp;sundry</URI>", "READ"),
    grant("<ID>b</ID>", "READ_ACP"),
    grant("<ID>b</ID>", "READ"),
  ];
  const acl = parseAcl(list(...grants));
  expect(acl).toEqual({
    ownerId: "own",
    grants: [
      { grantee: { kind: "id", value: "b" }, permission: "READ" },
      { grantee: { kind: "id", value: "b" }, permission: "READ_ACP" },
      { grantee: { kind: "id", value: "own" }, permission: "FULL_CONTROL" },
      { grantee: { kind: "uri", value: "http://all&sundry" }, permission: "READ" },
    ],
  });
  expect(parseAcl(list(...grants.toReversed()))).toEqual(acl);
  expect(grantHeaders(acl)).toEqual({
    "x-amz-grant-full-control": 'id="own"',
    "x-amz-grant-read": 'id="b", uri="http://all&sundry"',
    "x-amz-grant-read-acp": 'id="b"',
  });
});

test("a list is read as a whole or not at all", () => {
  expect(parseAcl(list(grant("<ID>a</ID>", "SOMETHING_NEW")))).toBeNull();
  expect(parseAcl(list(grant("<Unknown>a</Unknown>", "READ")))).toBeNull();
  expect(parseAcl("<ListBucketResult></ListBucketResult>")).toBeNull();
});

test("no list has no headers", () => {
  expect(grantHeaders(null)).toEqual({});
});
