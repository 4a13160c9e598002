/** Wires the notifications' queue to Amazon SQS. */
import type { SqsOptions } from "../adapters/sqs/notification-queue.ts";
import type { Config } from "../config/schema.ts";
import { AstraError } from "../core/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotificationQueue } from "../ports/notification-queue.ts";
import { s3OptionsOf } from "./s3-options.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Credentials, role and authority are those of `s3`. @throws AstraError ASTRA_CONFIG_MISSING, ASTRA_CONFIG_INVALID */
export async function openNotificationQueue(
  config: Config,
  clock: Pick<Clock, "now">,
  environment: Environment = process.env,
): Promise<NotificationQueue> {
  const place = queuePlace(config, environment);
  const s3 = s3OptionsOf(config, "", environment);
  const [{ sqsQueue }, { credentialSource }] = await Promise.all([
    import("../adapters/sqs/notification-queue.ts"),
    import("../adapters/s3/credentials.ts"),
  ]);
  const source = credentialSource({ ...s3, region: place.region }, clock);
  const { wait_seconds: waitSeconds, hidden_seconds: hiddenSeconds } = config.notifications;
  return sqsQueue({
    ...place,
    credentials: () => source.get(),
    waitSeconds,
    hiddenSeconds,
    ...(s3.ca !== undefined && { ca: s3.ca }),
  });
}

/** Where the queue is: what its address does not say, its own fields, the connection of `s3` and the environment do. */
export function queuePlace(
  config: Config,
  environment: Environment,
): Pick<SqsOptions, "queueUrl" | "endpoint" | "region"> {
  const { queue_url: queueUrl, endpoint, region } = config.notifications;
  if (queueUrl === undefined) {
    throw new AstraError("ASTRA_CONFIG_MISSING", "no queue is named", {
      fix: "Add --queue URL, or set `notifications.queue_url` in astra.yaml or ASTRA_NOTIFICATIONS_QUEUE_URL.",
    });
  }
  const { origin, hostname } = new URL(queueUrl);
  return {
    queueUrl,
    endpoint: endpoint ?? (environment["AWS_ENDPOINT_URL_SQS"] || environment["AWS_ENDPOINT_URL"] || origin),
    region: region ?? regionIn(hostname) ?? s3OptionsOf(config, "", environment).region,
  };
}

/** `sqs.eu-west-1.amazonaws.com`, with FIPS `sqs-fips.…`, of a VPC `vpce-….sqs.eu-west-1.vpce.…`, of old `eu-west-1.queue.…`. */
function regionIn(hostname: string): string | undefined {
  const match = /(?:^|\.)sqs(?:-fips)?\.([a-z0-9-]+)\.|^([a-z0-9-]+)\.queue\.amazonaws\.com/.exec(hostname);
  return match?.[1] ?? match?.[2];
}
