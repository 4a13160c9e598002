import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { configSchema } from "../config/schema.ts";
import { makeCertificates } from "../../tools/kafka/certificate.ts";
import { s3OptionsOf } from "./s3-options.ts";

const options = (config: unknown, environment: Record<string, string> = {}): unknown =>
  s3OptionsOf(configSchema.parse(config), "data", environment);

test("AWS by its own chain where nothing is said", () => {
  expect(options({})).toEqual({
    region: "us-east-1",
    forcePathStyle: false,
    conditionalCopyDestination: true,
    credentials: { kind: "chain" },
  });
});

test.each<[string, boolean | undefined, boolean]>([
  ["https://vpce-1.s3.eu-west-1.vpce.amazonaws.com", undefined, true],
  ["https://s3.cn-north-1.amazonaws.com.cn", undefined, true],
  ["https://amazonaws.com.example", undefined, false],
  ["http://127.0.0.1:9000", undefined, false],
  ["http://127.0.0.1:9000", true, true],
  ["https://s3.amazonaws.com", false, false],
])(
  "at %s, with conditional_copy %s, what a copy replaces is a condition: %s",
  (endpoint, conditional_copy, expected) => {
    const s3 = { endpoint, ...(conditional_copy !== undefined && { conditional_copy }) };
    expect(options({ s3 })).toMatchObject({ conditionalCopyDestination: expected });
  },
);

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

test("an endpoint of the environment with a password in it is refused, and the password not repeated", () => {
  const refused = {
    code: "ASTRA_CONFIG_INVALID",
    where: "AWS_ENDPOINT_URL",
    message: expect.not.stringContaining("pw"),
  };
  expect(() => options({}, { AWS_ENDPOINT_URL: "https://ann:pw@host" })).toThrow(expect.objectContaining(refused));
});

test("the authority's file is read, a bucket's own over the common one", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "astra-ca-"));
  const { caFile, caPem } = await makeCertificates(folder.path);
  expect(options({ s3: { ca_file: "none.pem" }, buckets: { data: { ca_file: caFile } } })).toMatchObject({ ca: caPem });
  const unreadable = { code: "ASTRA_CONFIG_UNREADABLE", where: "none.pem" };
  expect(() => options({ s3: { ca_file: "none.pem" } })).toThrow(expect.objectContaining(unreadable));
  const invalid = { code: "ASTRA_CONFIG_INVALID", message: expect.stringContaining("`buckets.data.ca_file`") };
  const keyOnly = join(folder.path, "ca.key");
  expect(() => options({ buckets: { data: { ca_file: keyOnly } } })).toThrow(expect.objectContaining(invalid));
});
