import { expect, test } from "vitest";
import { configSchema } from "../config/schema.ts";
import { bucketEncryption } from "./bucket-encryption.ts";

test("a bucket's entry replaces the common one whole, and without either the bucket decides", () => {
  const config = configSchema.parse({
    s3: { encryption: { algorithm: "aws:kms", kms_key_id: "alias/all", bucket_key: true } },
    buckets: { own: { encryption: { algorithm: "aws:kms" } }, other: { region: "eu-west-1" } },
  });
  expect(bucketEncryption(config, "own")).toEqual({ algorithm: "aws:kms", kmsKeyId: null, bucketKey: false });
  const common = { algorithm: "aws:kms", kmsKeyId: "alias/all", bucketKey: true };
  expect(bucketEncryption(config, "other")).toEqual(common);
  expect(bucketEncryption(config, "unnamed")).toEqual(common);
  expect(bucketEncryption(configSchema.parse({}), "own")).toBeNull();
});
