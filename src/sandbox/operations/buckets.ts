/** Buckets: listing, making, deleting, where they are. */
import { ownerXml } from "../acl.ts";
import { isOwnership } from "../bucket.ts";
import { type Answer, type BucketCall, type Call, xmlAnswer } from "../call.ts";
import { isoSeconds } from "../listing.ts";
import { S3Error, invalidArgument } from "../s3-error.ts";
import { childText, element, leaf, parseXmlRoot, xmlDocument } from "../xml.ts";

export function listBuckets(call: Call): Answer {
  const prefix = call.query.get("prefix") ?? "";
  const names = [...call.account.buckets.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  const buckets = names.map((name) =>
    element(
      "Bucket",
      leaf("Name", name),
      leaf("CreationDate", isoSeconds(call.account.bucket(name).createdMs)),
      leaf("BucketRegion", call.region),
    ),
  );
  return xmlAnswer(xmlDocument("ListAllMyBucketsResult", ownerXml(), element("Buckets", ...buckets)), {
    item: "list",
    storageClass: call.account.book.baseClass,
  });
}

export function createBucket(call: Call): Answer {
  if (call.body.length > 0) {
    const asked = childText(parseXmlRoot(call.body, "CreateBucketConfiguration"), "LocationConstraint");
    if (asked !== undefined && asked !== call.region) {
      throw new S3Error("InvalidRequest", `This server keeps buckets in ${call.region} only`);
    }
  }
  const ownership = call.headers.get("x-amz-object-ownership");
  if (ownership !== undefined && !isOwnership(ownership)) {
    throw invalidArgument("x-amz-object-ownership", ownership, "Invalid x-amz-object-ownership header");
  }
  const bucket = call.account.createBucket(call.request.bucket);
  if (ownership !== undefined) bucket.ownership = ownership;
  if (call.headers.get("x-amz-bucket-object-lock-enabled")?.toLowerCase() === "true")
    call.account.enableLock(bucket, null);
  return { status: 200, headers: { location: `/${bucket.name}` } };
}

export function headBucket(call: BucketCall): Answer {
  return { status: 200, headers: { "x-amz-bucket-region": call.region } };
}

export function deleteBucket(call: BucketCall): Answer {
  if (call.bucket.index.size > 0 || call.bucket.uploads.size > 0) {
    throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty", {
      BucketName: call.bucket.name,
    });
  }
  call.account.buckets.delete(call.bucket.name);
  return { status: 204, charge: null };
}

/** us-east-1 is written as an empty constraint. */
export function bucketLocation(call: BucketCall): Answer {
  return xmlAnswer(xmlDocument("LocationConstraint", call.region === "us-east-1" ? "" : call.region));
}
