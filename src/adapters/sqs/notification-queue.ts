/** Notifications by way of Amazon SQS, with the AWS SDK, which is loaded at the first request. */
import { Agent } from "node:https";
import type * as Sqs from "@aws-sdk/client-sqs";
import type { NotificationQueue, QueueMessage } from "../../ports/notification-queue.ts";
import { queueError } from "./errors.ts";

export interface QueueCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** How a queue is reached. */
export interface SqsOptions {
  readonly queueUrl: string;
  /** Origin that requests go to. */
  readonly endpoint: string;
  readonly region: string;
  /** Asked before each request; keeps what it gives as long as that is good. */
  readonly credentials: () => Promise<QueueCredentials>;
  /** How long a receive waits for the first message: 1 to 20 s. */
  readonly waitSeconds: number;
  /** How long a delivery stays hidden. */
  readonly hiddenSeconds: number;
  /** Certificate authority to trust, PEM. */
  readonly ca?: string;
}

/** SQS's own limit of a request. */
const MOST_MESSAGES = 10;
/** The SDK's waits double from 100 ms: some ten seconds without the queue are outlived. */
const ATTEMPTS = 8;
const CONNECT_MS = 10_000;
/** On top of the wait for the first message. */
const ANSWER_MS = 30_000;

interface OpenClient {
  readonly sdk: typeof Sqs;
  readonly client: Sqs.SQSClient;
}

export function sqsQueue(options: SqsOptions): NotificationQueue {
  let opened: Promise<OpenClient> | null = null;
  const ask = async <T>(operation: string, send: (open: OpenClient) => Promise<T>): Promise<T> => {
    const open = await (opened ??= openClient(options));
    try {
      return await send(open);
    } catch (error) {
      throw queueError(error, { operation, queueUrl: options.queueUrl, endpoint: options.endpoint }, open.sdk);
    }
  };
  const QueueUrl = options.queueUrl;
  return {
    name: QueueUrl,
    hiddenMs: options.hiddenSeconds * 1000,
    maxMessages: MOST_MESSAGES,
    receive: async (signal) => {
      const input: Sqs.ReceiveMessageCommandInput = {
        QueueUrl,
        MaxNumberOfMessages: MOST_MESSAGES,
        WaitTimeSeconds: options.waitSeconds,
        VisibilityTimeout: options.hiddenSeconds,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      };
      return ask("ReceiveMessage", async ({ sdk, client }) => {
        if (signal.aborted) return [];
        try {
          const { Messages = [] } = await client.send(new sdk.ReceiveMessageCommand(input), { abortSignal: signal });
          return Messages.map(messageOf);
        } catch (error) {
          // The wait was cut short; what the queue may have given out meanwhile comes again.
          if (signal.aborted) return [];
          throw error;
        }
      });
    },
    hide: (messages) =>
      refusedOf(messages, async (Entries) => {
        const hidden = Entries.map((entry) => ({ ...entry, VisibilityTimeout: options.hiddenSeconds }));
        return ask("ChangeMessageVisibility", ({ sdk, client }) =>
          client.send(new sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: hidden })),
        );
      }),
    delete: (messages) =>
      refusedOf(messages, async (Entries) =>
        ask("DeleteMessage", ({ sdk, client }) =>
          client.send(new sdk.DeleteMessageBatchCommand({ QueueUrl, Entries })),
        ),
      ),
    [Symbol.asyncDispose]: async () => {
      if (opened) (await opened).client.destroy();
    },
  };
}

async function openClient(options: SqsOptions): Promise<OpenClient> {
  const sdk = await import("@aws-sdk/client-sqs");
  const client = new sdk.SQSClient({
    region: options.region,
    endpoint: options.endpoint,
    credentials: options.credentials,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: options.waitSeconds * 1000 + ANSWER_MS,
      throwOnRequestTimeout: true,
      ...(options.ca !== undefined && { httpsAgent: new Agent({ ca: options.ca }) }),
    },
  });
  return { sdk, client };
}

function messageOf({ MessageId, Body, ReceiptHandle, Attributes }: Sqs.Message): QueueMessage {
  return {
    id: MessageId ?? "",
    body: Body ?? "",
    receipt: ReceiptHandle ?? "",
    deliveries: Number(Attributes?.ApproximateReceiveCount ?? 1),
  };
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

/** Sends one batch, of which each part may be refused by itself. */
async function refusedOf(
  messages: readonly QueueMessage[],
  send: (entries: Entry[]) => Promise<{ readonly Failed?: Sqs.BatchResultErrorEntry[] | undefined }>,
): Promise<readonly QueueMessage[]> {
  const refused: QueueMessage[] = [];
  for (let at = 0; at < messages.length; at += MOST_MESSAGES) {
    const batch = messages.slice(at, at + MOST_MESSAGES);
    const entries = batch.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
    const failed = new Set(((await send(entries)).Failed ?? []).map(({ Id }) => Id));
    refused.push(...batch.filter((_, index) => failed.has(String(index))));
  }
  return refused;
}
