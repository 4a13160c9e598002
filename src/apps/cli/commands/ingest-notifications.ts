import { EXIT } from "../../../core/errors.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

export const ingestNotifications: CommandSpec = {
  name: "ingest notifications",
  group: "Events and objects",
  summary: "Take a bucket's event notifications from an SQS queue into the log.",
  details: [
    "Runs until Ctrl-C, or with --drain until the queue is empty.",
    "Takes messages as S3 sends them, wrapped by SNS, or by way of EventBridge: new objects, removals and finished restores become events, everything else is counted and left.",
    "A message is deleted once its events are in the log; what is delivered twice counts once.",
    "Messages that are no notifications are set aside with their reason: see `astra dlq list`.",
  ].join(" "),
  options: [
    {
      flags: "--queue <url>",
      summary: "Address of the queue; `notifications.queue_url` where absent.",
      parse: httpAddress,
    },
    { flags: "--drain", summary: "Stop when the queue is empty." },
  ],
  examples: [
    [
      "astra ingest notifications --queue https://sqs.eu-central-1.amazonaws.com/123456789012/astra",
      "every notification until Ctrl-C; `astra consume` works on them",
    ],
    ["astra ingest notifications --drain --json", "empty the configured queue; the counts as one line of JSON"],
  ],
  async run(call) {
    const [{ ingestNotifications: ingest }, { openNotificationQueue }, { notificationsText }] = await Promise.all([
      import("../../../services/ingest-notifications.ts"),
      import("../../notification-queue.ts"),
      import("../output/notifications-text.ts"),
    ]);
    const named = call.text("queue");
    await using ctx = await call.context((config) =>
      named === undefined ? config : { ...config, notifications: { ...config.notifications, queue_url: named } },
    );
    await using queue = await openNotificationQueue(ctx.config, ctx.clock);
    const progress = call.terminal.progress();
    const { receivers } = ctx.config.notifications;
    const input = { queue, receivers, untilDrained: call.has("drain"), progress: progress.report };
    const result = await ingest({ ctx, input }).finally(() => progress.clear());
    await call.terminal.show({ json: { ok: true, ...result }, text: () => notificationsText(result) });
    return EXIT.done;
  },
};

/** What may be a password is not repeated. */
function httpAddress(text: string): string {
  const url = URL.parse(text);
  const isAddress = url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
  if (isAddress) return text;
  throw usageError(
    "it is no address of a queue",
    "Give it as `aws sqs get-queue-url` prints it, without user and password.",
  );
}
