/** Access control lists of objects and buckets, and whether objects have them. */
import { type StoredAcl, aclDocument, aclFromDocument, aclFromHeaders, permittedAcl } from "../acl.ts";
import { findVersion, isOwnership } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checkDigests } from "../content-checks.ts";
import { S3Error } from "../s3-error.ts";
import { childNamed, childText, element, leaf, malformed, parseXmlRoot, xmlDocument } from "../xml.ts";

export function getObjectAcl(call: BucketCall): Answer {
  const version = findVersion(call.bucket, call.key, call.query.get("versionId"));
  const shown = call.bucket.ownership === "BucketOwnerEnforced" ? null : version.acl;
  return xmlAnswer(aclDocument(shown), { item: "get", storageClass: version.storageClass });
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
function sentAcl(call: BucketCall): StoredAcl | null {
  if (call.body.length === 0) {
    return permittedAcl(call.bucket, aclFromHeaders(call.headers), call.headers.get("x-amz-acl"));
  }
  checkDigests(call.headers, call.body);
  return permittedAcl(call.bucket, aclFromDocument(call.body), undefined);
}

export function getOwnershipControls(call: BucketCall): Answer {
  const { ownership, name } = call.bucket;
  if (ownership === null) {
    throw new S3Error("OwnershipControlsNotFoundError", "The bucket ownership controls were not found", {
      BucketName: name,
    });
  }
  return xmlAnswer(xmlDocument("OwnershipControls", element("Rule", leaf("ObjectOwnership", ownership))));
}

export function putOwnershipControls(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const rule = childNamed(parseXmlRoot(call.body, "OwnershipControls"), "Rule");
  const ownership = rule && childText(rule, "ObjectOwnership")?.trim();
  if (ownership === undefined || !isOwnership(ownership)) throw malformed();
  call.bucket.ownership = ownership;
  return { status: 200 };
}

export function deleteOwnershipControls(call: BucketCall): Answer {
  call.bucket.ownership = null;
  return { status: 204, charge: null };
}
