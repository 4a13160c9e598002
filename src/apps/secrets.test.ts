import { expect, test } from "vitest";
import { configSchema } from "../config/schema.ts";
import { configuredSecrets } from "./secrets.ts";

test("every secret of the configuration and the environment, each once, and nothing else", () => {
  const credentials = { access_key_id: "ID", secret_access_key: "one", session_token: "two" };
  const config = configSchema.parse({
    bucket: "data",
    s3: { credentials },
    buckets: { data: { credentials, assume_role: { role_arn: "arn", external_id: "three" } } },
    log: { kafka: { brokers: ["b:1"], sasl: { username: "ann", password: "four" } } },
  });
  const environment = { AWS_SECRET_ACCESS_KEY: "five", AWS_SESSION_TOKEN: "", HOME: "/home/ann", AWS_REGION: "r" };
  expect(configuredSecrets(config, environment).toSorted()).toEqual(["five", "four", "one", "three", "two"]);
});
