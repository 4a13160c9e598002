/** Which operation a request means: by method, by target, and by the subresource its query names. */
import type { Answer, BucketCall, Call } from "./call.ts";
import type { RequestHead } from "./request.ts";
import { S3Error } from "./s3-error.ts";
import { bucketLocation, createBucket, deleteBucket, headBucket, listBuckets } from "./operations/buckets.ts";
import { CONFIGURATION_KINDS, deleteConfiguration, getConfiguration, putConfiguration } from "./configurations.ts";
import {
  deleteOwnershipControls,
  getBucketAcl,
  getObjectAcl,
  getOwnershipControls,
  putBucketAcl,
  putObjectAcl,
  putOwnershipControls,
} from "./operations/access-control.ts";
import {
  deleteBucketTagging,
  deleteEncryption,
  deleteLifecycle,
  deletePolicy,
  getBucketTagging,
  getEncryption,
  getLifecycle,
  getObjectLockConfiguration,
  getPolicy,
  getVersioning,
  putBucketTagging,
  putEncryption,
  putLifecycle,
  putObjectLockConfiguration,
  putPolicy,
  putVersioning,
} from "./operations/bucket-settings.ts";
import { completeMultipartUpload } from "./operations/complete-upload.ts";
import { copyObject } from "./operations/copy-object.ts";
import { listObjectVersions } from "./operations/list-versions.ts";
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
} from "./operations/multipart-upload.ts";
import { getObjectAttributes } from "./operations/object-attributes.ts";
import { getLegalHold, getRetention, putLegalHold, putRetention } from "./operations/object-lock.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./operations/object-tagging.ts";
import { restoreObject } from "./operations/restore-object.ts";
import { uploadPart, uploadPartCopy } from "./operations/upload-part.ts";
import { deleteObject, deleteObjects } from "./operations/delete-objects.ts";
import { listObjectsV1, listObjectsV2 } from "./operations/list-objects.ts";
import { putObject } from "./operations/put-object.ts";
import { getObject, headObject } from "./operations/read-object.ts";

type OnBucket = (call: BucketCall) => Answer;
type OnService = (call: Call) => Answer;

export type Operation =
  | { readonly name: string; readonly scope: "service"; readonly run: OnService }
  | { readonly name: string; readonly scope: "bucket"; readonly run: OnBucket };

/** `METHOD subresource` → operation; an empty subresource is the plain request. */
type Table = Readonly<Record<string, readonly [name: string, run: OnBucket]>>;

const OBJECT_OPERATIONS: Table = {
  "GET ": ["GetObject", getObject],
  "HEAD ": ["HeadObject", headObject],
  "PUT ": ["PutObject", putObject],
  "PUT +copy": ["CopyObject", copyObject],
  "DELETE ": ["DeleteObject", deleteObject],
  "POST uploads": ["CreateMultipartUpload", createMultipartUpload],
  "PUT uploadId": ["UploadPart", uploadPart],
  "PUT uploadId+copy": ["UploadPartCopy", uploadPartCopy],
  "POST uploadId": ["CompleteMultipartUpload", completeMultipartUpload],
  "DELETE uploadId": ["AbortMultipartUpload", abortMultipartUpload],
  "GET uploadId": ["ListParts", listParts],
  "GET tagging": ["GetObjectTagging", getObjectTagging],
  "PUT tagging": ["PutObjectTagging", putObjectTagging],
  "DELETE tagging": ["DeleteObjectTagging", deleteObjectTagging],
  "GET acl": ["GetObjectAcl", getObjectAcl],
  "PUT acl": ["PutObjectAcl", putObjectAcl],
  "GET legal-hold": ["GetObjectLegalHold", getLegalHold],
  "PUT legal-hold": ["PutObjectLegalHold", putLegalHold],
  "GET retention": ["GetObjectRetention", getRetention],
  "PUT retention": ["PutObjectRetention", putRetention],
  "GET attributes": ["GetObjectAttributes", getObjectAttributes],
  "POST restore": ["RestoreObject", restoreObject],
};

const BUCKET_OPERATIONS: Table = {
  ...configurationOperations(),
  "GET ": ["ListObjects", listObjectsV1],
  "GET list-type": ["ListObjectsV2", listObjectsV2],
  "GET versions": ["ListObjectVersions", listObjectVersions],
  "GET uploads": ["ListMultipartUploads", listMultipartUploads],
  "GET location": ["GetBucketLocation", bucketLocation],
  "HEAD ": ["HeadBucket", headBucket],
  "DELETE ": ["DeleteBucket", deleteBucket],
  "POST delete": ["DeleteObjects", deleteObjects],
  "GET acl": ["GetBucketAcl", getBucketAcl],
  "PUT acl": ["PutBucketAcl", putBucketAcl],
  "GET ownershipControls": ["GetBucketOwnershipControls", getOwnershipControls],
  "PUT ownershipControls": ["PutBucketOwnershipControls", putOwnershipControls],
  "DELETE ownershipControls": ["DeleteBucketOwnershipControls", deleteOwnershipControls],
  "GET versioning": ["GetBucketVersioning", getVersioning],
  "PUT versioning": ["PutBucketVersioning", putVersioning],
  "GET object-lock": ["GetObjectLockConfiguration", getObjectLockConfiguration],
  "PUT object-lock": ["PutObjectLockConfiguration", putObjectLockConfiguration],
  "GET lifecycle": ["GetBucketLifecycleConfiguration", getLifecycle],
  "PUT lifecycle": ["PutBucketLifecycleConfiguration", putLifecycle],
  "DELETE lifecycle": ["DeleteBucketLifecycle", deleteLifecycle],
  "GET tagging": ["GetBucketTagging", getBucketTagging],
  "PUT tagging": ["PutBucketTagging", putBucketTagging],
  "DELETE tagging": ["DeleteBucketTagging", deleteBucketTagging],
  "GET encryption": ["GetBucketEncryption", getEncryption],
  "PUT encryption": ["PutBucketEncryption", putEncryption],
  "DELETE encryption": ["DeleteBucketEncryption", deleteEncryption],
  "GET policy": ["GetBucketPolicy", getPolicy],
  "PUT policy": ["PutBucketPolicy", putPolicy],
  "DELETE policy": ["DeleteBucketPolicy", deletePolicy],
};

function configurationOperations(): Table {
  const table: Record<string, readonly [string, OnBucket]> = {};
  for (const kind of CONFIGURATION_KINDS) {
    table[`GET ${kind.subresource}`] = [`GetBucket${kind.name}`, (call) => getConfiguration(kind, call)];
    table[`PUT ${kind.subresource}`] = [`PutBucket${kind.name}`, (call) => putConfiguration(kind, call)];
    table[`DELETE ${kind.subresource}`] = [`DeleteBucket${kind.name}`, (call) => deleteConfiguration(kind, call)];
  }
  return table;
}

/** Query parameters that refine an operation; every other one names a subresource. */
const REFINEMENTS = new Set([
  "allow-unordered",
  "continuation-token",
  "delimiter",
  "encoding-type",
  "fetch-owner",
  "id",
  "key-marker",
  "marker",
  "max-buckets",
  "max-keys",
  "max-parts",
  "max-uploads",
  "part-number-marker",
  "partNumber",
  "prefix",
  "response-cache-control",
  "response-content-disposition",
  "response-content-encoding",
  "response-content-language",
  "response-content-type",
  "response-expires",
  "start-after",
  "upload-id-marker",
  "version-id-marker",
  "versionId",
  "x-id",
]);

/** @throws S3Error InvalidRequest for subresources that are not known, MethodNotAllowed */
export function findOperation(head: RequestHead): Operation {
  const subresource = subresourceOf(head);
  if (head.bucket === "") {
    if (head.method === "GET" && subresource === "") return { name: "ListBuckets", scope: "service", run: listBuckets };
    throw notAllowed(head, subresource);
  }
  if (head.key === "" && head.method === "PUT" && subresource === "") {
    return { name: "CreateBucket", scope: "service", run: createBucket };
  }
  if (subresource === "" && head.query.has("partNumber") && head.method === "PUT") {
    throw new S3Error("InvalidRequest", "A part number needs the uploadId of its upload.");
  }
  const table = head.key === "" ? BUCKET_OPERATIONS : OBJECT_OPERATIONS;
  const copies = head.key !== "" && head.method === "PUT" && head.headers.has("x-amz-copy-source");
  const id = `${head.method} ${subresource}${copies ? "+copy" : ""}`;
  const found = Object.hasOwn(table, id) ? table[id] : undefined;
  if (!found) throw notAllowed(head, subresource);
  return { name: found[0], scope: "bucket", run: found[1] };
}

function subresourceOf(head: RequestHead): string {
  const named = [...head.query.keys()].filter((name) => !REFINEMENTS.has(name) && !/^x-amz-/i.test(name));
  if (named.length > 1) {
    throw new S3Error("InvalidRequest", `Conflicting query string parameters: ${named.join(", ")}`);
  }
  return named[0] ?? "";
}

function notAllowed(head: RequestHead, subresource: string): S3Error {
  if (subresource === "") {
    return new S3Error("MethodNotAllowed", "The specified method is not allowed against this resource.", {
      Method: head.method,
    });
  }
  return new S3Error("InvalidRequest", `This server knows no ${head.method} of the subresource ${subresource}.`);
}
