/** Tag sets: their rules and their XML. */
import type { Tags } from "./object-version.ts";
import { S3Error } from "./s3-error.ts";
import { childNamed, childText, childrenNamed, element, leaf, malformed, parseXmlRoot, xmlDocument } from "./xml.ts";

export const MAX_OBJECT_TAGS = 10;
export const MAX_BUCKET_TAGS = 50;

/** @throws S3Error InvalidTag, InvalidArgument */
export function checkTags(tags: Tags, most: number = MAX_OBJECT_TAGS): Tags {
  if (tags.length > most) throw new S3Error("InvalidTag", `Object tags cannot be greater than ${most}`);
  if (new Set(tags.map(([name]) => name)).size !== tags.length) {
    throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
  }
  for (const [name, value] of tags) {
    if (name.length === 0 || name.length > 128) {
      throw new S3Error("InvalidTag", "The TagKey you have provided is invalid", { TagKey: name });
    }
    if (value.length > 256) {
      throw new S3Error("InvalidTag", "The TagValue you have provided is invalid", { TagKey: name, TagValue: value });
    }
  }
  return tags;
}

/** @throws S3Error MalformedXML, InvalidTag */
export function parseTagging(body: Uint8Array, most: number): Tags {
  const set = childNamed(parseXmlRoot(body, "Tagging"), "TagSet");
  if (!set) throw malformed();
  const tags = childrenNamed(set, "Tag").map((tag): [string, string] => {
    const name = childText(tag, "Key");
    const value = childText(tag, "Value");
    if (name === undefined || value === undefined) throw malformed();
    return [name, value];
  });
  return checkTags(tags, most);
}

export function taggingXml(tags: Tags): string {
  const set = tags.map(([name, value]) => element("Tag", leaf("Key", name), leaf("Value", value)));
  return xmlDocument("Tagging", element("TagSet", ...set));
}
