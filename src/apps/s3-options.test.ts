import { expect, test } from "vitest";
import { configSchema } from "../config/schema.ts";
import { s3OptionsOf } from "./s3-options.ts";

const options = (config: unknown, environment: Record<string, string> = {}): unknown =>
  s3OptionsOf(configSchema.parse(config), "data", environment);

test("AWS by its own chain where nothing is said", () => {
  expect(options({})).toEqual({ region: "us-east-1", forcePathStyle: false, credentials: { kind: "chain" } });
});

test("the bucket's entry wins over the common connection, and that over the environment", () => {
  const environment = { AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "http://env:1" };
  expect(options({}, environment)).toMatchObject({
    region: "eu-west-1",
    endpoint: "http://env:1",
    forcePathStyle: true,
  });
  const s3 = { endpoint: "http://common:1", region: "eu-north-1" };
  expect(options({ s3 }, environment)).toMatchObject({ region: "eu-north-1", endpoint: "http://common:1" });
  const buckets = {
    data: { region: "ap-south-1", path_style: false, assume_role: { role_arn: "arn:x", external_id: "e" } },
  };
  expect(options({ s3, buckets }, environment)).toMatchObject({
    region: "ap-south-1",
    endpoint: "http://common:1",
    forcePathStyle: false,
    assumeRole: { roleArn: "arn:x", externalId: "e" },
  });
});

test("keys of the environment are used unless a profile is named", () => {
  const keys = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "S" };
  expect(options({}, keys)).toMatchObject({ credentials: { kind: "static", accessKeyId: "A", secretAccessKey: "S" } });
  expect(options({}, { ...keys, AWS_PROFILE: "work" })).toMatchObject({ credentials: { kind: "chain" } });
  expect(options({ s3: { profile: "work" } }, keys)).toMatchObject({ credentials: { kind: "chain", profile: "work" } });
  expect(options({}, { ...keys, AWS_SECRET_ACCESS_KEY: "" })).toMatchObject({ credentials: { kind: "chain" } });
  const credentials = { access_key_id: "C", secret_access_key: "D" };
  expect(options({ s3: { credentials } }, keys)).toMatchObject({ credentials: { accessKeyId: "C" } });
});
