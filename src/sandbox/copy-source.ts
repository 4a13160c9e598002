/** `x-amz-copy-source`: which version a copy reads, and whether it may. */
import { type Bucket, findVersion } from "./bucket.ts";
import type { BucketCall } from "./call.ts";
import { COPY_SOURCE_CONDITIONS, meetsConditions, preconditionFailed } from "./conditions.ts";
import type { ObjectVersion } from "./object-version.ts";
import { percentDecode } from "./percent.ts";
import { checkReadable } from "./reading.ts";
import { S3Error, invalidArgument } from "./s3-error.ts";

export interface CopySource {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
  /** A version was named, so a copy onto the key itself changes something. */
  readonly namesVersion: boolean;
}

/** The source, found, readable and within the conditions. @throws S3Error */
export function copySource(call: BucketCall): CopySource {
  const header = call.headers.get("x-amz-copy-source") ?? "";
  const mark = header.lastIndexOf("?versionId=");
  const path = formDecode(mark === -1 ? header : header.slice(0, mark)).replace(/^\//, "");
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) {
    throw invalidArgument("x-amz-copy-source", header, "Invalid copy source object key");
  }
  const bucket = call.account.bucket(path.slice(0, slash));
  const versionId = mark === -1 ? undefined : formDecode(header.slice(mark + "?versionId=".length));
  const version = sourceVersion(bucket, path.slice(slash + 1), versionId);
  if (!meetsConditions(call.headers, COPY_SOURCE_CONDITIONS, version)) {
    throw preconditionFailed(COPY_SOURCE_CONDITIONS.noneMatch);
  }
  checkReadable(call.account, version);
  return { bucket, version, namesVersion: versionId !== undefined };
}

/** S3 reads this header as it reads a form: an unescaped `+` is a space, so a key's own `+` has to come as `%2B`. */
function formDecode(text: string): string {
  return percentDecode(text.replaceAll("+", " "));
}

function sourceVersion(bucket: Bucket, key: string, versionId: string | undefined): ObjectVersion {
  try {
    return findVersion(bucket, key, versionId);
  } catch (error) {
    if (!(error instanceof S3Error) || error.code !== "MethodNotAllowed") throw error;
    throw new S3Error(
      "InvalidRequest",
      "The source of a copy request may not specifically refer to a delete marker by version id.",
    );
  }
}
