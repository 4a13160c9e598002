/** Access control lists of objects and buckets. */
import { aclDocument, aclFromHeaders } from "../acl.ts";
import { findVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checkDigests } from "../content-checks.ts";
import { S3Error } from "../s3-error.ts";
import { childNamed, parseXmlRoot } from "../xml.ts";

export function getObjectAcl(call: BucketCall): Answer {
  const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
  return xmlAnswer(aclDocument(version.acl), { item: "get", storageClass: version.storageClass });
}

export function putObjectAcl(call: BucketCall): Answer {
  const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
  version.acl = sentAcl(call);
  return { status: 200, charge: { item: "put", storageClass: version.storageClass } };
}

export function getBucketAcl(call: BucketCall): Answer {
  return xmlAnswer(aclDocument(call.bucket.acl));
}

export function putBucketAcl(call: BucketCall): Answer {
  call.bucket.acl = sentAcl(call);
  return { status: 200 };
}

/** A document where there is one, else the headers. */
function sentAcl(call: BucketCall): string | null {
  if (call.body.length === 0) return aclFromHeaders(call.headers);
  checkDigests(call.headers, call.body);
  const policy = parseXmlRoot(call.body, "AccessControlPolicy");
  if (!childNamed(policy, "Owner") || !childNamed(policy, "AccessControlList")) {
    throw new S3Error(
      "MalformedACLError",
      "The ACL that you provided was not well formed or did not validate against our published schema",
    );
  }
  return Buffer.from(call.body).toString("utf8");
}
