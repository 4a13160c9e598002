/** A small XML document as a request's body. */
import { createHash } from "node:crypto";
import type { S3Request } from "./request.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** S3 demands a digest of documents that set tags, holds and locks; MD5 is the one that every server knows. */
export function sentDocument(root: string, content: string): Required<Pick<S3Request, "headers" | "body">> {
  const body = `<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
  const md5 = createHash("md5").update(body).digest("base64");
  return { headers: { "content-type": "application/xml", "content-md5": md5 }, body };
}
