/** A bucket of moto whose notifications arrive in a queue of moto, and an `astra.yaml` for both. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";

const CREDENTIALS = { accessKeyId: "A", secretAccessKey: "S" };
const REGION = "us-east-1";
/** moto's only account. */
const ACCOUNT = "123456789012";

export interface NotifiedBucket {
  readonly bucket: string;
  readonly queueUrl: string;
  put(key: string, body: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Puts any message into the queue. */
  send(body: string): Promise<void>;
  /** Messages that wait, and those that are hidden for a while. */
  counts(): Promise<{ readonly waiting: number; readonly hidden: number }>;
}

/** Made anew under its own name, so that tests share a server. */
export async function notifiedBucket(endpoint: string, bucket: string): Promise<NotifiedBucket> {
  const common = { endpoint, region: REGION, credentials: CREDENTIALS };
  const s3 = new S3Client({ ...common, forcePathStyle: true });
  const sqs = new SQSClient(common);
  const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: bucket }));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const QueueArn = `arn:aws:sqs:${REGION}:${ACCOUNT}:${bucket}`;
  const queue = { QueueArn, Events: ["s3:ObjectCreated:*" as const, "s3:ObjectRemoved:*" as const] };
  await s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket,
      NotificationConfiguration: { QueueConfigurations: [queue] },
    }),
  );
  return {
    bucket,
    queueUrl: QueueUrl,
    put: async (Key, Body) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    },
    remove: async (Key) => {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    send: async (MessageBody) => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    },
    counts: async () => {
      const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
      return {
        waiting: Number(Attributes?.ApproximateNumberOfMessages),
        hidden: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
      };
    },
  };
}

export interface NotificationSettings {
  readonly hiddenSeconds?: number;
  readonly receivers?: number;
  /** In place of the queue's own. */
  readonly endpoint?: string;
}

/** The configuration of a folder; log and state stay in it. */
export function notificationConfig(notified: NotifiedBucket, folder: string, settings: NotificationSettings = {}) {
  const { bucket, queueUrl } = notified;
  return {
    bucket,
    s3: {
      endpoint: new URL(queueUrl).origin,
      credentials: { access_key_id: CREDENTIALS.accessKeyId, secret_access_key: CREDENTIALS.secretAccessKey },
    },
    log: { path: join(folder, "log.db"), partitions: 2 },
    state: { path: join(folder, "state.db") },
    engine: { strategy: "matrix" },
    notifications: {
      queue_url: queueUrl,
      wait_seconds: 1,
      hidden_seconds: settings.hiddenSeconds ?? 30,
      // moto's notifications have no sequencer: what happens to one object must not be taken by two side by side.
      receivers: settings.receivers ?? 1,
      ...(settings.endpoint !== undefined && { endpoint: settings.endpoint }),
    },
  };
}

/** Writes the configuration as the folder's `astra.yaml`. */
export async function writeNotificationConfig(
  notified: NotifiedBucket,
  folder: string,
  settings: NotificationSettings = {},
): Promise<void> {
  await writeFile(join(folder, "astra.yaml"), JSON.stringify(notificationConfig(notified, folder, settings)));
}
