/** What the two commands that replay a history have in common: their options, and how the answer is shown. */
import { access, constants } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BACKTEST_POLICIES, type BacktestPolicyName } from "../../core/backtest/backtest-policies.ts";
import { classesOf, SETTINGS, type Setting } from "../../core/backtest/backtest-setting.ts";
import type { Mover } from "../../core/backtest/daily-tariff.ts";
import { AstraError, EXIT } from "../../core/errors.ts";
import { parseLifecycleRules, type LifecycleRules } from "../../core/backtest/lifecycle-file.ts";
import { type Trace, type TraceReport, withSize } from "../../core/trace/trace.ts";
import type { BacktestReport } from "../../services/backtest-trace.ts";
import type { Context } from "../../services/context.ts";
import type { StateTraceReport } from "../../services/trace-of-state.ts";
import type { Call } from "./call.ts";
import type { OptionSpec } from "./command.ts";
import { sizeBytes, usageError } from "./parse-options.ts";

const DEFAULT_SETTING: Setting = "sync";
const MOVERS: readonly Mover[] = ["lifecycle", "copy"];

/** Options of `backtest trace` and `backtest state`. */
export const BACKTEST_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--setting <name>",
    summary: "Classes to choose among: read at once, those without the provider's own mover, or all.",
    choices: SETTINGS,
    shownDefault: DEFAULT_SETTING,
  },
  { flags: "--size <size>", summary: "Take every object as this large; bytes read scale along.", parse: objectSize },
  {
    flags: "--policies <list>",
    summary: `Some of ${BACKTEST_POLICIES.join(", ")}, separated by commas.`,
    parse: policyNames,
  },
  { flags: "--mover <name>", summary: "How objects are moved.", choices: MOVERS, shownDefault: "lifecycle" },
  {
    flags: "--lifecycle <file>",
    summary: "S3 lifecycle rules for `lifecycle`, as `aws s3api get-bucket-lifecycle-configuration` prints them.",
  },
  { flags: "--paths <file>", summary: "Write every change of class to a Parquet file." },
  { flags: "--html <file>", summary: "Write a report with charts to an HTML file." },
];

function objectSize(text: string): number {
  const bytes = sizeBytes(text);
  if (bytes > 0) return bytes;
  throw usageError(`${JSON.stringify(text)} is no size for an object to replay`, "Give a size above 0.");
}

function policyNames(text: string): readonly BacktestPolicyName[] {
  const names = text.split(",").map((name) => name.trim());
  return names.map((name) => {
    const found = BACKTEST_POLICIES.find((known) => known === name);
    if (found === undefined) {
      throw usageError(`${JSON.stringify(name)} is no policy`, `Choose among ${BACKTEST_POLICIES.join(", ")}.`);
    }
    return found;
  });
}

/** Of a state, also what it does not know enough of. */
type HistoryReport = TraceReport & Partial<Pick<StateTraceReport, "sizeUnknown" | "creationUnknown">>;

/** A history to replay, and what was put right in it. */
export interface History {
  readonly trace: Trace;
  readonly report: HistoryReport;
  /** What it is, for the head of the answer. */
  readonly title: string;
}

/** Replays `history` as the options say and shows the answer. */
export async function showBacktest(call: Call, ctx: Context, history: History): Promise<number> {
  const [{ backtestTrace }, { backtestText }, { openTraceFiles }] = await Promise.all([
    import("../../services/backtest-trace.ts"),
    import("./output/backtest-text.ts"),
    import("../wiring.ts"),
  ]);
  refuseOverwriting(call);
  const size = call.number("size");
  const trace = size === undefined ? history.trace : withSize(history.trace, size);
  const setting = SETTINGS.find((name) => name === call.text("setting")) ?? DEFAULT_SETTING;
  const lifecycle = await lifecycleOf(call, ctx, setting);
  const [html, path] = [call.text("html"), call.text("paths")];
  if (html !== undefined) await refuseUnwritable(html);
  const progress = call.terminal.progress();
  const report = await backtestTrace({
    ctx,
    input: {
      trace,
      setting,
      mover: MOVERS.find((name) => name === call.text("mover")) ?? "lifecycle",
      policies: asked(call),
      lifecycle: lifecycle?.steps ?? null,
      ...(path !== undefined && { paths: { files: await openTraceFiles(), path } }),
      isDrawn: html !== undefined,
      progress: progress.report,
    },
  }).finally(() => progress.clear());
  const shown = { ...report, title: history.title, sizeBytes: size ?? null, trace: history.report };
  if (html !== undefined) await writeHtml(html, shown);
  for (const note of lifecycle?.notes ?? []) call.terminal.warn(note);
  const { policies, curves: _, ...rest } = shown;
  await call.terminal.show({ json: { policies, ok: true, ...rest }, text: () => backtestText(shown) });
  return EXIT.done;
}

/** A report with what it is about. */
export interface ShownBacktest extends BacktestReport {
  readonly title: string;
  /** The one size of all objects, where `--size` gave it. */
  readonly sizeBytes: number | null;
  readonly trace: HistoryReport;
}

function asked(call: Call): readonly BacktestPolicyName[] | null {
  const names = call.list("policies");
  if (names.length === 0) return null;
  return BACKTEST_POLICIES.filter((name) => names.includes(name));
}

async function lifecycleOf(call: Call, ctx: Context, setting: Setting): Promise<LifecycleRules | null> {
  const file = call.text("lifecycle");
  if (file === undefined) return null;
  const { readJson } = await import("./files.ts");
  const { classes } = classesOf(ctx.prices, setting);
  return parseLifecycleRules(await readJson(file, "ASTRA_LIFECYCLE_INVALID"), file, classes, ctx.prices);
}

/** A slip in a line of four file names must not cost the history itself. @throws AstraError ASTRA_USAGE_INVALID */
function refuseOverwriting(call: Call): void {
  const read = [...call.arguments, call.text("lifecycle"), call.text("prices"), call.text("config")];
  const known = new Map(read.flatMap((file) => (file === undefined ? [] : [[resolve(file), "is read from"]])));
  for (const option of ["paths", "html"]) {
    const file = call.text(option);
    if (file === undefined) continue;
    const use = known.get(resolve(file));
    if (use !== undefined) {
      const fix = "Name a file of its own for each option.";
      throw new AstraError("ASTRA_USAGE_INVALID", `--${option} would replace a file that ${use}`, { where: file, fix });
    }
    known.set(resolve(file), `--${option} writes`);
  }
}

/** Told before the work, not after it. */
async function refuseUnwritable(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
  } catch (error) {
    throw new AstraError(
      "ASTRA_USAGE_INVALID",
      "the report cannot be written: its folder is not there or not writable",
      {
        where: path,
        cause: error,
        fix: "Choose a path in a folder that can be written.",
      },
    );
  }
}

async function writeHtml(path: string, shown: ShownBacktest): Promise<void> {
  const [{ writeNewFile }, { backtestHtml }] = await Promise.all([
    import("./files.ts"),
    import("./output/backtest-html.ts"),
  ]);
  async function* text(): AsyncGenerator<string> {
    yield backtestHtml(shown);
  }
  await writeNewFile(path, text());
}
