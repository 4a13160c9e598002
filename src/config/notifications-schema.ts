/** The part of the configuration about the queue that notifications of a store arrive by. */
import { z } from "zod";

/** @param address checks that an address is of HTTP and holds no password */
export function notificationsSchema(address: z.ZodURL) {
  return z.strictObject({
    queue_url: address
      .describe("Address of the SQS queue that a bucket's event notifications arrive by.")
      .meta({ example: "https://sqs.eu-central-1.amazonaws.com/123456789012/astra" })
      .optional(),
    endpoint: address
      .describe("Origin that requests for the queue go to; that of its address where absent.")
      .optional(),
    region: z
      .string()
      .min(1)
      .describe("Region of the queue; that in its address where absent.")
      .meta({ example: "eu-central-1" })
      .optional(),
    receivers: z.number().int().min(1).max(64).default(4).describe("Requests for messages under way at a time."),
    wait_seconds: z
      .number()
      .int()
      .min(1)
      .max(20)
      .default(20)
      .describe("How long a request waits for the first message."),
    hidden_seconds: z
      .number()
      .int()
      .min(2)
      .max(43_200)
      .default(60)
      .describe(
        "How long messages in hand stay hidden from other receivers. Prolonged while work on them lasts; after a crash they come again when it is over.",
      ),
  });
}
