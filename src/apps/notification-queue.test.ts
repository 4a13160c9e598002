import { expect, test } from "vitest";
import { configSchema } from "../config/schema.ts";
import { queuePlace } from "./notification-queue.ts";

const place = (notifications: object, more: object = {}, environment: Record<string, string> = {}): unknown =>
  queuePlace(configSchema.parse({ notifications, ...more }), environment);
const aws = "https://sqs.eu-central-1.amazonaws.com/123456789012/astra";
const local = "http://127.0.0.1:9324/000000000000/astra";

test.each([
  [aws, "eu-central-1"],
  ["https://sqs-fips.us-gov-west-1.amazonaws.com/1/q", "us-gov-west-1"],
  ["https://eu-west-1.queue.amazonaws.com/1/q", "eu-west-1"],
  ["https://vpce-0a-1b.sqs.eu-west-3.vpce.amazonaws.com/1/q", "eu-west-3"],
  ["https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"],
  [local, "us-east-1"],
])("%s is in %s", (queue_url, region) => {
  expect(place({ queue_url })).toEqual({ queueUrl: queue_url, endpoint: new URL(queue_url).origin, region });
});

test("what the configuration says wins over the environment, and that over the address", () => {
  const environment = {
    AWS_ENDPOINT_URL: "http://all:1",
    AWS_ENDPOINT_URL_SQS: "http://sqs:1",
    AWS_REGION: "ap-south-1",
  };
  expect(place({ queue_url: aws }, {}, environment)).toMatchObject({
    endpoint: "http://sqs:1",
    region: "eu-central-1",
  });
  expect(place({ queue_url: local }, {}, environment)).toMatchObject({ region: "ap-south-1" });
  expect(place({ queue_url: local }, { s3: { region: "eu-west-2" } }, environment)).toMatchObject({
    region: "eu-west-2",
  });
  const own = { queue_url: aws, endpoint: "http://own:1", region: "eu-north-1" };
  expect(place(own, {}, environment)).toMatchObject({ endpoint: "http://own:1", region: "eu-north-1" });
});

test("a queue must be named, by an address that holds no password", () => {
  expect(() => place({})).toThrow(expect.objectContaining({ code: "ASTRA_CONFIG_MISSING" }));
  expect(() => place({ queue_url: "https://u:p@sqs.eu-west-1.amazonaws.com/1/q" })).toThrow(
    /neither user nor password/,
  );
});
