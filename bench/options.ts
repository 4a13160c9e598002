/** What `npm run bench` can be asked for. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface BenchOptions {
  /** Run this case alone. */
  readonly only: string | null;
  /** JSON lines instead of the table. */
  readonly json: boolean;
  /** Measured repetitions; figures are their medians. */
  readonly rounds: number;
  /** A tenth of the work and one round: whether it runs, not how fast. */
  readonly quick: boolean;
  readonly objects: number | null;
  readonly events: number | null;
  /** Rows of an inventory. */
  readonly rows: number | null;
  /** Lines of access logs. */
  readonly lines: number | null;
  /** Added by the store to every request, ms. */
  readonly latencyMs: number;
  /** Folder in which `decide` keeps what it decides on, and finds it again. */
  readonly fixture: string | null;
  /** Write V8 profiles of the measured processes here. */
  readonly profile: string | null;
}

export const USAGE = `npm run bench -- [options]
  --only NAME      run this case alone
  --rounds N       measured rounds, of which medians are shown (3)
  --objects N      objects of the store's cases, instead of each case's own number
  --events N       events of the log's cases
  --rows N         rows of the inventory of \`decide\`
  --lines N        lines of \`access-logs\`
  --fixture DIR    keep the inventory and state of \`decide\` here, and use them again
  --latency MS     latency of the store, per request (0)
  --quick          one small round: does it run, not how fast
  --json           one JSON line per case, no table
  --profile DIR    write a CPU profile of every measured process into DIR
`;

/** @throws TypeError where an option is not known or no number */
export function parseOptions(args: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string" },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      objects: { type: "string" },
      events: { type: "string" },
      rows: { type: "string" },
      lines: { type: "string" },
      fixture: { type: "string" },
      latency: { type: "string" },
      profile: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const { quick } = values;
  return {
    only: values.only ?? null,
    json: values.json,
    quick,
    rounds: wholeNumber("--rounds", values.rounds, 1) ?? (quick ? 1 : 3),
    objects: wholeNumber("--objects", values.objects, 1),
    events: wholeNumber("--events", values.events, 1),
    rows: wholeNumber("--rows", values.rows, 1),
    lines: wholeNumber("--lines", values.lines, 1),
    latencyMs: wholeNumber("--latency", values.latency, 0) ?? 0,
    fixture: values.fixture === undefined ? null : resolve(values.fixture),
    profile: values.profile ?? null,
  };
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new TypeError(`${flag} takes a whole number of at least ${least}, not ${text}`);
}

/** The amount of work of a case: as asked for, or its own, or a tenth of its own. */
export function amount(asked: number | null, own: number, quick: boolean): number {
  return asked ?? (quick ? Math.ceil(own / 10) : own);
}
