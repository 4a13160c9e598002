/** Tags of an object. */
import type { Tags } from "../../ports/object-store.ts";
import { type QueryPair, encodeStrict } from "./encoding.ts";
import { sentDocument } from "./document.ts";
import type { Requests } from "./request.ts";
import { elements, encodeEntities, tagText } from "./xml-scan.ts";

export async function readTags(requests: Requests, key: string): Promise<Tags> {
  const answer = await requests.sendOrFail({
    operation: "GetObjectTagging",
    action: "s3:GetObjectTagging",
    method: "GET",
    key,
    query: [["tagging", ""]],
  });
  // From entries, because a tag such as __proto__ would not stick to a plain object.
  return Object.fromEntries(
    Array.from(elements(answer.text, "Tag"), (tag) => [tagText(tag, "Key") ?? "", tagText(tag, "Value") ?? ""]),
  );
}

export async function writeTags(requests: Requests, key: string, tags: Tags): Promise<void> {
  const query: readonly QueryPair[] = [["tagging", ""]];
  const set = Object.entries(tags).map(
    ([name, value]) => `<Tag><Key>${encodeEntities(name)}</Key><Value>${encodeEntities(value)}</Value></Tag>`,
  );
  if (set.length === 0) {
    // S3 takes an empty set too; other servers don't.
    const action = "s3:DeleteObjectTagging";
    await requests.sendOrFail({ operation: "DeleteObjectTagging", action, method: "DELETE", key, query });
    return;
  }
  await requests.sendOrFail({
    operation: "PutObjectTagging",
    action: "s3:PutObjectTagging",
    method: "PUT",
    key,
    query,
    ...sentDocument("Tagging", `<TagSet>${set.join("")}</TagSet>`),
  });
}

/** `x-amz-tagging` of the request that makes an object. */
export function taggingHeader(tags: Tags): Record<string, string> {
  const pairs = Object.entries(tags).map(([name, value]) => `${encodeStrict(name)}=${encodeStrict(value)}`);
  return pairs.length === 0 ? {} : { "x-amz-tagging": pairs.join("&") };
}

export function sameTags(a: Tags, b: Tags): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
