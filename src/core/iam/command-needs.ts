/** What each command asks of the object store, the log and the queue: the one table that permissions are made from. */

/** A kind of work on a bucket, in the words of the port (`ports/object-store.ts`). */
export const STORE_NEEDS = [
  "list",
  "settings",
  "head",
  "read-body",
  "put",
  "change-class",
  "acl",
  "tags",
  "set-tags",
  "holds",
  "restore",
  "abort-upload",
  "list-uploads",
  "list-versions",
  "replaced-version",
  "probe",
] as const;
export type StoreNeed = (typeof STORE_NEEDS)[number];

/** A kind of work on a queue of notifications (`ports/notification-queue.ts`). */
export const QUEUE_NEEDS = ["receive"] as const;
export type QueueNeed = (typeof QUEUE_NEEDS)[number];

/** Whatever a command asks of AWS. */
export type Need = StoreNeed | QueueNeed;

/** Everything that a move may take, by copy or by tag, through a restore, and after a crash. */
const MOVING: readonly StoreNeed[] = [
  "settings",
  "head",
  "change-class",
  "acl",
  "tags",
  "set-tags",
  "holds",
  "restore",
  "abort-upload",
  "replaced-version",
];
/** A body that the store refuses as there already is compared with what is there. */
const UPLOADING: readonly StoreNeed[] = ["put", "head", "read-body"];
const NOTHING: readonly Need[] = [];

/** By the command's name. A command that speaks to no bucket and no queue has no needs. */
export const COMMAND_NEEDS: Readonly<Record<string, readonly Need[]>> = {
  demo: NOTHING,
  sandbox: NOTHING,
  "generate-event": NOTHING,
  "generate-workload": UPLOADING,
  upload: UPLOADING,
  watch: NOTHING,
  consume: UPLOADING,
  access: NOTHING,
  "run-engine": ["list", ...MOVING],
  plan: ["list", "settings"],
  "plan export": ["list", "settings", "head", "acl", "put"],
  "plan import-report": ["head", "read-body"],
  apply: MOVING,
  undo: MOVING,
  "policy check": NOTHING,
  "policy test": NOTHING,
  "policy preview": ["list", "settings"],
  "policy schema": NOTHING,
  explain: ["settings", "head"],
  "backtest trace": NOTHING,
  "backtest state": NOTHING,
  "backtest cases": NOTHING,
  "ingest notifications": ["receive"],
  "ingest cloudtrail": ["list", "read-body"],
  "ingest access-logs": ["list", "read-body"],
  "inventory import": ["list", "head", "read-body"],
  "inventory list": ["list"],
  "inventory show": NOTHING,
  "inventory remove": NOTHING,
  list: ["list"],
  runs: NOTHING,
  "audit list": NOTHING,
  "audit verify": NOTHING,
  "audit export": NOTHING,
  leftovers: ["list-uploads", "list-versions"],
  report: ["list"],
  telemetry: NOTHING,
  forecast: ["list", "settings"],
  compare: ["list"],
  "prices show": NOTHING,
  "prices diff": NOTHING,
  "prices check": NOTHING,
  "prices import": NOTHING,
  brake: NOTHING,
  "dlq list": NOTHING,
  "dlq show": NOTHING,
  "dlq retry": NOTHING,
  "dlq discard": NOTHING,
  "metadata import": NOTHING,
  "metadata export": NOTHING,
  "iam policy": NOTHING,
  replay: NOTHING,
  doctor: ["settings", "list", "probe"],
  completion: NOTHING,
};

/** Commands that change nothing in a bucket: what `--read-only` is for. */
export const READ_ONLY_COMMANDS: readonly string[] = [
  "list",
  "inventory list",
  "plan",
  "explain",
  "report",
  "forecast",
  "compare",
  "leftovers",
  "doctor",
];

/** Needs of some commands together, in the order of {@link STORE_NEEDS} and {@link QUEUE_NEEDS}. */
export function needsOf(commands: readonly string[]): readonly Need[] {
  const wanted = new Set(commands.flatMap((name) => COMMAND_NEEDS[name] ?? []));
  return [...STORE_NEEDS, ...QUEUE_NEEDS].filter((need) => wanted.has(need));
}
