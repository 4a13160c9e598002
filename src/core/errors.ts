/**
 * Every error a user can meet: one list, from which the codes, exit statuses, documentation and tests are made.
 * `user` faults and `environment` faults never print a stack; a `bug` does.
 */

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

/** Whose fault it is: the caller's, the surroundings', or ours. */
export type ErrorClass = "user" | "environment" | "bug";

interface ErrorSpec {
  readonly code: string;
  readonly class: ErrorClass;
  readonly exit: number;
  /** What to do about it, in general; an error may carry a more exact fix. */
  readonly fix: string;
}

/** Every code, once. */
export const ERRORS = [
  { code: "ASTRA_USAGE_INVALID", class: "user", exit: EXIT.usage, fix: "See `astra COMMAND --help`." },
  {
    code: "ASTRA_CONFIG_INVALID",
    class: "user",
    exit: EXIT.usage,
    fix: "Correct the named field; `docs/configuration.md` lists all of them.",
  },
  {
    code: "ASTRA_CONFIG_MISSING",
    class: "user",
    exit: EXIT.usage,
    fix: "Set the named field in astra.yaml, the environment or by its flag.",
  },
  { code: "ASTRA_CONFIG_UNREADABLE", class: "user", exit: EXIT.usage, fix: "Check the path and its permissions." },
  { code: "ASTRA_NODE_TOO_OLD", class: "environment", exit: EXIT.failed, fix: "Install Node.js 22.22 or newer." },
  {
    code: "ASTRA_EVENT_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Send CloudEvents 1.0 JSON as described in docs/events.md.",
  },
  {
    code: "ASTRA_EVENT_TOO_LARGE",
    class: "user",
    exit: EXIT.failed,
    fix: "Keep inline bodies up to 64 KiB; point to larger ones by URI.",
  },
  {
    code: "ASTRA_EVENT_UNKNOWN_TYPE",
    class: "user",
    exit: EXIT.failed,
    fix: "Use astra.object.created, accessed, deleted, overwritten or restored.",
  },
  {
    code: "ASTRA_BODY_MISSING",
    class: "user",
    exit: EXIT.failed,
    fix: "Check that the body's source exists and can be read by the consumer.",
  },
  {
    code: "ASTRA_BODY_FORBIDDEN",
    class: "user",
    exit: EXIT.failed,
    fix: "Allow the folder in `ingest.file_roots`, or the host in `ingest.allowed_private_hosts`.",
  },
  {
    code: "ASTRA_BODY_MISMATCH",
    class: "user",
    exit: EXIT.failed,
    fix: "Make the event's size agree with the body it points to.",
  },
  {
    code: "ASTRA_OBJECT_EXISTS",
    class: "user",
    exit: EXIT.failed,
    fix: "Send astra.object.overwritten to replace an object.",
  },
  { code: "ASTRA_OBJECT_MISSING", class: "user", exit: EXIT.failed, fix: "Check the bucket and key." },
  { code: "ASTRA_OBJECT_CHANGED", class: "environment", exit: EXIT.failed, fix: "Make a new plan." },
  { code: "ASTRA_OBJECT_ARCHIVED", class: "environment", exit: EXIT.failed, fix: "Restore the object first." },
  {
    code: "ASTRA_STORE_BUCKET_MISSING",
    class: "user",
    exit: EXIT.failed,
    fix: "Create the bucket or correct its name in astra.yaml.",
  },
  {
    code: "ASTRA_STORE_AUTHENTICATION",
    class: "user",
    exit: EXIT.authentication,
    fix: "Check the access key, the secret key and the machine's clock.",
  },
  {
    code: "ASTRA_STORE_FORBIDDEN",
    class: "user",
    exit: EXIT.authentication,
    fix: "Grant the named action on the bucket to this principal.",
  },
  {
    code: "ASTRA_STORE_THROTTLED",
    class: "environment",
    exit: EXIT.failed,
    fix: "Run again later; Astra had already slowed down.",
  },
  {
    code: "ASTRA_STORE_UNREACHABLE",
    class: "environment",
    exit: EXIT.failed,
    fix: "Check the endpoint and the network.",
  },
  { code: "ASTRA_STORE_REFUSED", class: "environment", exit: EXIT.failed, fix: "Read the store's own message." },
  {
    code: "ASTRA_STORE_INTEGRITY",
    class: "environment",
    exit: EXIT.failed,
    fix: "Nothing was changed on the strength of this answer; run again, and report it if it stays.",
  },
  {
    code: "ASTRA_LOG_UNREACHABLE",
    class: "environment",
    exit: EXIT.failed,
    fix: "Check `log.kafka.brokers` and that the broker runs.",
  },
  {
    code: "ASTRA_LOG_AUTHENTICATION",
    class: "user",
    exit: EXIT.authentication,
    fix: "Check `log.kafka.sasl` and the broker's user.",
  },
  {
    code: "ASTRA_LOG_FORBIDDEN",
    class: "user",
    exit: EXIT.authentication,
    fix: "Give the user the ACLs that `astra iam policy --kafka` prints.",
  },
  {
    code: "ASTRA_LOG_TOPIC_MISSING",
    class: "user",
    exit: EXIT.failed,
    fix: "Create the topic, or set `log.create_topics: true`.",
  },
  { code: "ASTRA_LOG_REFUSED", class: "environment", exit: EXIT.failed, fix: "Read the broker's own message." },
  {
    code: "ASTRA_LOG_POSITION_GAP",
    class: "user",
    exit: EXIT.failed,
    fix: "Replay into a fresh state with `--state FILE`.",
  },
  {
    code: "ASTRA_STATE_FULL",
    class: "environment",
    exit: EXIT.failed,
    fix: "Free disk space; nothing that was acknowledged is lost, and the work goes on from where it stood.",
  },
  {
    code: "ASTRA_STATE_BUSY",
    class: "environment",
    exit: EXIT.failed,
    fix: "Another process holds the file's write lock; wait for it or stop it.",
  },
  {
    code: "ASTRA_STATE_CORRUPT",
    class: "environment",
    exit: EXIT.failed,
    fix: "Restore the file from a copy, or rebuild it with `astra replay`.",
  },
  {
    code: "ASTRA_STATE_UNREADABLE",
    class: "environment",
    exit: EXIT.failed,
    fix: "Check the path and its permissions.",
  },
  {
    code: "ASTRA_STATE_NEWER",
    class: "user",
    exit: EXIT.failed,
    fix: "Use the version of Astra that wrote the file, or a newer one.",
  },
  {
    code: "ASTRA_LEASE_LOST",
    class: "environment",
    exit: EXIT.failed,
    fix: "Another engine took over the bucket; run again once it is done.",
  },
  {
    code: "ASTRA_METADATA_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Correct the named entry; docs/metadata.md shows the form.",
  },
  {
    code: "ASTRA_PLAN_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Make a new plan with `astra plan --out FILE`.",
  },
  {
    code: "ASTRA_PLAN_APPLIED",
    class: "user",
    exit: EXIT.failed,
    fix: "Make a new plan; this one has been carried out.",
  },
  {
    code: "ASTRA_BUCKET_BUSY",
    class: "environment",
    exit: EXIT.failed,
    fix: "Wait until the other run has ended; `astra runs` shows it.",
  },
  {
    code: "ASTRA_BRAKE_ON",
    class: "environment",
    exit: EXIT.failed,
    fix: "See `astra brake` for who threw it and why; `astra brake off` lets moves go on.",
  },
  {
    code: "ASTRA_WINDOW_CLOSED",
    class: "environment",
    exit: EXIT.failed,
    fix: "Run it inside a maintenance window, or change `brakes.windows`.",
  },
  {
    code: "ASTRA_RUN_STOPPED",
    class: "user",
    exit: EXIT.failed,
    fix: "Make a new plan: what this one has not moved will be in it, if it still should move.",
  },
  { code: "ASTRA_PRICES_INVALID", class: "user", exit: EXIT.usage, fix: "Correct the price book at the named place." },
  {
    code: "ASTRA_LIFECYCLE_INVALID",
    class: "user",
    exit: EXIT.usage,
    fix: "Give the file as `aws s3api get-bucket-lifecycle-configuration` prints it.",
  },
  {
    code: "ASTRA_TRACE_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Correct the named row or column, or leave the row out.",
  },
  {
    code: "ASTRA_REPORT_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Give files of an AWS Cost and Usage Report (CSV, CSV.gz or Parquet) that was made with resource ids.",
  },
  {
    code: "ASTRA_ACCESS_LOG_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Give files of S3 server access logs, plain or gzipped, or folders that hold them.",
  },
  {
    code: "ASTRA_INTERRUPTED",
    class: "user",
    exit: EXIT.interrupted,
    fix: "Run it again; nothing half done was left behind.",
  },
  {
    code: "ASTRA_FILE_UNWRITABLE",
    class: "environment",
    exit: EXIT.failed,
    fix: "Choose a path that can be written, on a disk with room.",
  },
  {
    code: "ASTRA_POLICY_INVALID",
    class: "user",
    exit: EXIT.usage,
    fix: "Correct the named rule; docs/policies.md shows the form.",
  },
  {
    code: "ASTRA_CONFIRMATION_MISSING",
    class: "user",
    exit: EXIT.usage,
    fix: "Add --yes to go ahead without a terminal.",
  },
  {
    code: "ASTRA_PERMISSION_DENIED",
    class: "user",
    exit: EXIT.authentication,
    fix: "Ask for a role that has the named permission.",
  },
  {
    code: "ASTRA_DEAD_LETTER_MISSING",
    class: "user",
    exit: EXIT.failed,
    fix: "See `astra dlq list --all` for the places of dead letters.",
  },
  {
    code: "ASTRA_DEAD_LETTER_REFUSED",
    class: "user",
    exit: EXIT.failed,
    fix: "See `astra dlq show PLACE` for what became of it, and add --force to send it again all the same.",
  },
  {
    code: "ASTRA_RUN_OVER",
    class: "user",
    exit: EXIT.failed,
    fix: "See `astra runs` for the runs that can still be ordered about.",
  },
  {
    code: "ASTRA_AUDIT_BROKEN",
    class: "environment",
    exit: EXIT.failed,
    fix: "Keep the state file as it is for those who look into it, and compare it with an earlier copy or export.",
  },
  {
    code: "ASTRA_SANDBOX_PORT",
    class: "environment",
    exit: EXIT.failed,
    fix: "Choose another port, or 0 for any free one.",
  },
  {
    code: "ASTRA_CASES_INVALID",
    class: "user",
    exit: EXIT.failed,
    fix: "Correct the file at the named place; docs/commands.md says what a case holds.",
  },
  {
    code: "ASTRA_INTERNAL",
    class: "bug",
    exit: EXIT.failed,
    fix: "This is a bug in Astra; please report it with the text above.",
  },
] as const satisfies readonly ErrorSpec[];

export type ErrorCode = (typeof ERRORS)[number]["code"];

const BY_CODE: ReadonlyMap<string, ErrorSpec> = new Map(ERRORS.map((spec) => [spec.code, spec]));

/** Where a fault stands: a file with line and column, an object, a broker. */
export interface ErrorDetails {
  /** `astra.yaml:12:3`, `s3://bucket/key`, `localhost:9092`. */
  readonly where?: string;
  readonly fix?: string;
  readonly cause?: unknown;
  /** A later try may succeed. */
  readonly retryable?: boolean;
  /** The server asked to wait this long. */
  readonly retryAfterMs?: number;
  /** An earlier try of the refused request may have worked; what it did is gone or replaced since. */
  readonly mayHaveWorked?: boolean;
}

/** The only error class that crosses a port or reaches a user. */
export class AstraError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly fix: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveWorked: boolean;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AstraError";
    this.code = code;
    this.where = details.where;
    this.fix = details.fix ?? errorSpec(code).fix;
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs;
    this.mayHaveWorked = details.mayHaveWorked ?? false;
  }
}

/** The list's entry of a code. */
export function errorSpec(code: ErrorCode): ErrorSpec {
  const spec = BY_CODE.get(code);
  if (!spec) throw new RangeError(`unlisted error code ${code}`);
  return spec;
}

/** Whether `error` is ours, with one of `codes` where any are given. */
export function isAstraError(error: unknown, ...codes: readonly ErrorCode[]): error is AstraError {
  return error instanceof AstraError && (codes.length === 0 || codes.includes(error.code));
}

/** Any thrown value as an AstraError; what is not one already is a bug. */
export function toAstraError(error: unknown): AstraError {
  if (error instanceof AstraError) return error;
  // A fault in closing a thing (SuppressedError, which older runtimes don't name) hides what the work itself met.
  if (error instanceof Error && "suppressed" in error) return toAstraError(error.suppressed);
  const message = error instanceof Error ? error.message : String(error);
  return new AstraError("ASTRA_INTERNAL", message, { cause: error });
}
