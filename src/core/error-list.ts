/** Every error a user can meet: one list, from which the codes, exit statuses, documentation and tests are made. */

/** Exit statuses of the command line (docs/exit-codes.md). */
export const EXIT = {
  done: 0,
  failed: 1,
  changesPresent: 2,
  partlyApplied: 3,
  authentication: 4,
  usage: 64,
  interrupted: 130,
} as const;

/** Whose fault it is: the caller's, the surroundings', or ours. The first two never print a stack. */
export type ErrorClass = "user" | "environment" | "bug";

/** One of them. */
export interface ErrorSpec<Code extends string = string> {
  readonly code: Code;
  readonly class: ErrorClass;
  readonly exit: number;
  /** What to do about it, in general; an error may carry a more exact fix. */
  readonly fix: string;
}

type Entry = <const Code extends string>(code: Code, fix: string, exit?: number) => ErrorSpec<Code>;

const entryOf =
  (fault: ErrorClass): Entry =>
  (code, fix, exit = EXIT.failed) => ({ code, class: fault, exit, fix });

const user: Entry = entryOf("user");
const environment: Entry = entryOf("environment");
const bug: Entry = entryOf("bug");

/** Every code, once. */
export const ERRORS = [
  user("ASTRA_USAGE_INVALID", "See `astra COMMAND --help`.", EXIT.usage),
  user("ASTRA_CONFIG_INVALID", "Correct the named field; `docs/configuration.md` lists all of them.", EXIT.usage),
  user("ASTRA_CONFIG_MISSING", "Set the named field in astra.yaml, the environment or by its flag.", EXIT.usage),
  user("ASTRA_CONFIG_UNREADABLE", "Check the path and its permissions.", EXIT.usage),
  environment("ASTRA_NODE_TOO_OLD", "Install Node.js 22.22 or newer."),
  user("ASTRA_EVENT_INVALID", "Send CloudEvents 1.0 JSON as described in docs/events.md."),
  user("ASTRA_EVENT_TOO_LARGE", "Keep inline bodies up to 64 KiB; point to larger ones by URI."),
  user("ASTRA_EVENT_UNKNOWN_TYPE", "Use astra.object.created, accessed, deleted, overwritten or restored."),
  user("ASTRA_BODY_MISSING", "Check that the body's source exists and can be read by the consumer."),
  user(
    "ASTRA_BODY_FORBIDDEN",
    "Allow the folder in `ingest.file_roots`, or the host in `ingest.allowed_private_hosts`.",
  ),
  user("ASTRA_BODY_MISMATCH", "Make the event's size agree with the body it points to."),
  user("ASTRA_EXPORT_IMPOSSIBLE", "See docs/exports.md for what each export can express."),
  user(
    "ASTRA_COMPLETION_REPORT_INVALID",
    "Give the completion report as Batch Operations wrote it: its manifest.json, or its CSV files.",
  ),
  user("ASTRA_OBJECT_EXISTS", "Send astra.object.overwritten to replace an object."),
  user("ASTRA_OBJECT_MISSING", "Check the bucket and key."),
  environment("ASTRA_OBJECT_CHANGED", "Make a new plan."),
  environment("ASTRA_OBJECT_ARCHIVED", "Restore the object first."),
  user("ASTRA_STORE_BUCKET_MISSING", "Create the bucket or correct its name in astra.yaml."),
  user(
    "ASTRA_STORE_AUTHENTICATION",
    "Check the access key, the secret key and the machine's clock.",
    EXIT.authentication,
  ),
  user("ASTRA_STORE_FORBIDDEN", "Grant the named action on the bucket to this principal.", EXIT.authentication),
  environment("ASTRA_STORE_THROTTLED", "Run again later; Astra had already slowed down."),
  environment("ASTRA_STORE_UNREACHABLE", "Check the endpoint and the network."),
  environment("ASTRA_STORE_REFUSED", "Read the store's own message."),
  environment(
    "ASTRA_STORE_INTEGRITY",
    "Nothing was changed on the strength of this answer; run again, and report it if it stays.",
  ),
  environment("ASTRA_LOG_UNREACHABLE", "Check `log.kafka.brokers` and that the broker runs."),
  user("ASTRA_LOG_AUTHENTICATION", "Check `log.kafka.sasl` and the broker's user.", EXIT.authentication),
  user("ASTRA_LOG_FORBIDDEN", "Give the user the ACLs that `astra iam policy --kafka` prints.", EXIT.authentication),
  user("ASTRA_LOG_TOPIC_MISSING", "Create the topic, or set `log.create_topics: true`."),
  environment("ASTRA_LOG_REFUSED", "Read the broker's own message."),
  user("ASTRA_LOG_POSITION_GAP", "Replay into a fresh state with `--state FILE`."),
  environment(
    "ASTRA_STATE_FULL",
    "Free disk space; nothing that was acknowledged is lost, and the work goes on from where it stood.",
  ),
  environment("ASTRA_STATE_BUSY", "Another process holds the file's write lock; wait for it or stop it."),
  environment("ASTRA_STATE_CORRUPT", "Restore the file from a copy, or rebuild it with `astra replay`."),
  environment("ASTRA_STATE_UNREADABLE", "Check the path and its permissions."),
  user("ASTRA_STATE_NEWER", "Use the version of Astra that wrote the file, or a newer one."),
  environment("ASTRA_LEASE_LOST", "Another engine took over the bucket; run again once it is done."),
  user("ASTRA_METADATA_INVALID", "Correct the named entry; docs/metadata.md shows the form."),
  user("ASTRA_INVENTORY_INVALID", "Look at the file at the named place; docs/inventory.md says what can be read."),
  user(
    "ASTRA_INVENTORY_FORMAT",
    "Give an S3 Inventory's manifest.json, or files in Parquet or CSV; docs/inventory.md shows the forms.",
  ),
  environment(
    "ASTRA_INVENTORY_CHECKSUM",
    "Fetch the file again, or wait for the next inventory: nothing of this one was taken.",
  ),
  user("ASTRA_INVENTORY_MISSING", "See `astra inventory show` for those that there are."),
  user("ASTRA_INVENTORY_BUSY", "Wait for the other process, or end it."),
  environment(
    "ASTRA_BATCH_UNAVAILABLE",
    "Install the optional package @duckdb/node-api beside Astra, on a platform that it has a build for.",
  ),
  user("ASTRA_PLAN_INVALID", "Make a new plan with `astra plan --out FILE`."),
  environment("ASTRA_PLAN_DAMAGED", "Make the plan anew: a file of it is gone or was changed after it was made."),
  user("ASTRA_PLAN_APPLIED", "Make a new plan; this one has been carried out."),
  environment("ASTRA_BUCKET_BUSY", "Wait until the other run has ended; `astra runs` shows it."),
  environment("ASTRA_BRAKE_ON", "See `astra brake` for who threw it and why; `astra brake off` lets moves go on."),
  environment("ASTRA_WINDOW_CLOSED", "Run it inside a maintenance window, or change `brakes.windows`."),
  user("ASTRA_RUN_STOPPED", "Make a new plan: what this one has not moved will be in it, if it still should move."),
  user("ASTRA_PRICES_INVALID", "Correct the price book at the named place.", EXIT.usage),
  user(
    "ASTRA_LIFECYCLE_INVALID",
    "Give the file as `aws s3api get-bucket-lifecycle-configuration` prints it.",
    EXIT.usage,
  ),
  user("ASTRA_TRACE_INVALID", "Correct the named row or column, or leave the row out."),
  user(
    "ASTRA_REPORT_INVALID",
    "Give files of an AWS Cost and Usage Report (CSV, CSV.gz or Parquet) that was made with resource ids.",
  ),
  user("ASTRA_ACCESS_LOG_INVALID", "Give files of S3 server access logs, plain or gzipped, or folders that hold them."),
  user(
    "ASTRA_NOTIFICATION_INVALID",
    "Send the queue nothing but event notifications of S3; docs/notifications.md shows the forms.",
  ),
  user("ASTRA_QUEUE_MISSING", "Correct the queue's address in `notifications.queue_url`, or create the queue."),
  user(
    "ASTRA_QUEUE_AUTHENTICATION",
    "Check the access key, the secret key, the region and the machine's clock.",
    EXIT.authentication,
  ),
  user("ASTRA_QUEUE_FORBIDDEN", "Grant the named action on the queue to this principal.", EXIT.authentication),
  environment("ASTRA_QUEUE_UNREACHABLE", "Check `notifications.endpoint`, the queue's address and the network."),
  environment("ASTRA_QUEUE_REFUSED", "Read the queue's own message."),
  user("ASTRA_TRAIL_INVALID", "Give log files of CloudTrail, plain or gzipped, or folders that hold them."),
  user("ASTRA_INTERRUPTED", "Run it again; nothing half done was left behind.", EXIT.interrupted),
  environment("ASTRA_FILE_UNWRITABLE", "Choose a path that can be written, on a disk with room."),
  user("ASTRA_POLICY_INVALID", "Correct the named rule; docs/policies.md shows the form.", EXIT.usage),
  user("ASTRA_CONFIRMATION_MISSING", "Add --yes to go ahead without a terminal.", EXIT.usage),
  user("ASTRA_PERMISSION_DENIED", "Ask for a role that has the named permission.", EXIT.authentication),
  user("ASTRA_DEAD_LETTER_MISSING", "See `astra dlq list --all` for the places of dead letters."),
  user(
    "ASTRA_DEAD_LETTER_REFUSED",
    "See `astra dlq show PLACE` for what became of it, and add --force to send it again all the same.",
  ),
  user("ASTRA_RUN_OVER", "See `astra runs` for the runs that can still be ordered about."),
  environment(
    "ASTRA_AUDIT_BROKEN",
    "Keep the state file as it is for those who look into it, and compare it with an earlier copy or export.",
  ),
  environment("ASTRA_SANDBOX_PORT", "Choose another port, or 0 for any free one."),
  user("ASTRA_CASES_INVALID", "Correct the file at the named place; docs/commands.md says what a case holds."),
  bug("ASTRA_INTERNAL", "This is a bug in Astra; please report it with the text above."),
] as const satisfies readonly ErrorSpec[];

/** Names of all errors. */
export type ErrorCode = (typeof ERRORS)[number]["code"];
