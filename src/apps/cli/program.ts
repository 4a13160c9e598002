/** Builds the commands from their specs, runs the one that was asked for, and turns what it throws into an exit status. */
import { Argument, Command, CommanderError, Option } from "commander";
import { AstraError, EXIT, isAstraError, toAstraError } from "../../core/errors.ts";
import { Call, type OptionValues } from "./call.ts";
import { type CommandSpec, GROUPS, type OptionSpec } from "./command.ts";
import { COMMANDS, SUBCOMMAND_GROUPS } from "./commands.ts";
import { CONFIG_OPTIONS, OUTPUT_OPTIONS } from "./common-options.ts";
import { errorJson, errorText, exitCodeOf } from "./errors-shown.ts";
import { VERSION } from "./version.ts";

/** @returns the exit status; whatever went wrong has been told. */
export async function runProgram(args: readonly string[]): Promise<number> {
  let status: number = EXIT.done;
  try {
    const program = buildProgram((exit) => {
      status = exit;
    });
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: "user" });
    return status;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return EXIT.done;
    const error = thrown instanceof CommanderError ? usageFault(thrown) : toAstraError(thrown);
    const isJson = args.includes("--json");
    await new Promise<void>((resolve) => {
      if (isJson) process.stdout.write(errorJson(error), () => resolve());
      else process.stderr.write(errorText(error, isDebug()), () => resolve());
    });
    return exitCodeOf(error);
  }
}

function isDebug(): boolean {
  const asked = process.env["ASTRA_DEBUG"];
  return asked !== undefined && asked !== "" && asked !== "0";
}

const GROUP_FIX = `Name one of ${COMMANDS.filter(({ name }) => name.includes(" "))
  .map(({ name }) => name)
  .join(", ")}.`;

function usageFault(error: CommanderError): AstraError {
  if (error.code === "commander.help") {
    return new AstraError("ASTRA_USAGE_INVALID", "the command is not complete", { cause: error, fix: GROUP_FIX });
  }
  const message = error.message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\?\)$/s, "; did you mean $1?");
  const fix = error.code === "commander.unknownCommand" ? "See `astra --help` for the commands." : undefined;
  return new AstraError("ASTRA_USAGE_INVALID", message, { cause: error, ...(fix !== undefined && { fix }) });
}

/** The program as commander sees it; also what completion and the reference page are made of. */
export function buildProgram(onExit: (status: number) => void): Command {
  const program = new Command("astra");
  program
    .description("Event-driven, price-aware lifecycle management for object storage.")
    .version(VERSION, "-V, --version", "Print the version.")
    .helpOption("-h, --help", "Print help.")
    .helpCommand("help [command]", "Print help for a command.")
    .usage("COMMAND [options]")
    .showSuggestionAfterError(true)
    // A command may be a group as well (`plan`, `plan export`): options after the second word are then the second's.
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText("before", startExamples())
    .addHelpText(
      "after",
      "\nEnvironment, exit statuses and every field of astra.yaml: docs/configuration.md, docs/exit-codes.md.",
    );
  const parents = new Map<string, Command>();
  for (const group of GROUPS) {
    for (const spec of COMMANDS.filter((command) => command.group === group))
      addCommand(program, parents, spec, onExit);
  }
  return program;
}

function startExamples(): string {
  return [
    "Begin with:",
    "  astra demo                                            see what it does, in under a minute, with nothing installed",
    "  astra generate-event report.pdf --bucket data         put an object's event into the log",
    "  astra consume --drain                                 upload what the events speak of",
    "  astra run-engine --bucket data --dry-run              see what would move, and what it would save",
    "",
  ].join("\n");
}

function addCommand(
  program: Command,
  parents: Map<string, Command>,
  spec: CommandSpec,
  onExit: (status: number) => void,
): void {
  const [first = "", second] = spec.name.split(" ");
  const parent = second === undefined ? program : parentOf(program, parents, first, spec);
  const command = parent
    .command(second ?? first)
    .summary(spec.summary)
    .description(spec.details ? `${spec.summary} ${spec.details}` : spec.summary);
  if (second === undefined) {
    command.helpGroup(`${spec.group}:`);
    parents.set(first, command);
  }
  for (const { form, summary } of spec.arguments ?? []) command.addArgument(new Argument(form, summary));
  for (const option of spec.options ?? []) command.addOption(optionOf(option, "Options:"));
  const common = spec.usesConfig === false ? OUTPUT_OPTIONS : [...CONFIG_OPTIONS, ...OUTPUT_OPTIONS];
  for (const option of common) command.addOption(optionOf(option, "Common options:"));
  command.helpOption(helpOption());
  const examples = spec.examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`);
  command.addHelpText("after", `\nExamples:\n${examples.join("\n")}`);
  command.action(async () => {
    onExit(await spec.run(new Call(command.args, command.opts<OptionValues>())));
  });
}

function helpOption(): string {
  return "-h, --help";
}

function parentOf(program: Command, parents: Map<string, Command>, name: string, spec: CommandSpec): Command {
  const known = parents.get(name);
  if (known) return known;
  const made = program
    .command(name)
    .helpGroup(`${spec.group}:`)
    .description(SUBCOMMAND_GROUPS[name] ?? "");
  parents.set(name, made);
  return made;
}

function optionOf(spec: OptionSpec, group: string): Option {
  const shown = spec.shownDefault === undefined ? "" : ` (default: ${spec.shownDefault})`;
  const option = new Option(spec.flags, `${spec.summary}${shown}`).helpGroup(group);
  if (spec.choices) option.choices(spec.choices);
  if (spec.isRequired) option.makeOptionMandatory();
  const { parse, isRepeatable } = spec;
  if (parse) option.argParser((text: string) => named(spec.flags, () => parse(text)));
  if (isRepeatable)
    option.argParser((text: string, before: unknown) => [...(Array.isArray(before) ? before : []), text]);
  return option;
}

/** Says which option a refused value belongs to. */
function named(flags: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    if (!isAstraError(error, "ASTRA_USAGE_INVALID")) throw error;
    const where = flags.split(" ")[0] ?? flags;
    throw new AstraError("ASTRA_USAGE_INVALID", error.message, { where, fix: error.fix, cause: error });
  }
}
