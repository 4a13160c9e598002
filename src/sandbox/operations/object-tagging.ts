/** Get-, Put- and DeleteObjectTagging. */
import { findVersion } from "../bucket.ts";
import { type Answer, type BucketCall, xmlAnswer } from "../call.ts";
import { checkDigests } from "../content-checks.ts";
import { versionHeader } from "../object-headers.ts";
import type { ObjectVersion, Tags } from "../object-version.ts";
import { MAX_OBJECT_TAGS, parseTagging, taggingXml } from "../tags.ts";

export function getObjectTagging(call: BucketCall): Answer {
  const version = tagged(call);
  const answer = xmlAnswer(taggingXml(version.tags), { item: "get", storageClass: version.storageClass });
  return { ...answer, headers: { ...answer.headers, ...versionHeader(call, version.versionId) } };
}

export function putObjectTagging(call: BucketCall): Answer {
  checkDigests(call.headers, call.body);
  const tags = parseTagging(call.body, MAX_OBJECT_TAGS);
  return { ...retag(call, tags), status: 200 };
}

export function deleteObjectTagging(call: BucketCall): Answer {
  return { ...retag(call, []), charge: null };
}

function tagged(call: BucketCall): ObjectVersion {
  return findVersion(call.bucket, call.key, call.query.get("versionId"));
}

function retag(call: BucketCall, tags: Tags): Answer {
  const version = tagged(call);
  call.account.alter(call.bucket, version, (changed) => {
    changed.tags = tags;
  });
  return {
    status: 204,
    headers: versionHeader(call, version.versionId),
    charge: { item: "put", storageClass: version.storageClass },
  };
}
