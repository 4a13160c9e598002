/** Writes the reference pages that are made from the code; with --check says which of them are out of date. */
import { readFile, writeFile } from "node:fs/promises";
import { COMMANDS } from "../src/apps/cli/commands.ts";
import { type CommandSpec, GROUPS, type OptionSpec } from "../src/apps/cli/command.ts";
import { CONFIG_OPTIONS, OUTPUT_OPTIONS } from "../src/apps/cli/common-options.ts";
import { OTHER_VARIABLES } from "../src/config/environment.ts";
import { type ConfigField, configFields, configJsonSchema } from "../src/config/fields.ts";
import { EXIT } from "../src/core/errors.ts";

const MADE = "<!-- Made by `npm run docs`. Edit the code it is made from instead. -->";

export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    "docs/configuration.md": configurationPage(),
    "docs/astra.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
    "docs/exit-codes.md": exitCodesPage(),
    "docs/commands.md": commandsPage(),
  };
}

/** @returns the pages that differ from what the code says. */
export async function outdatedDocs(): Promise<readonly string[]> {
  const outdated: string[] = [];
  for (const [path, text] of Object.entries(generatedDocs())) {
    const found = await readFile(fileOf(path), "utf8").catch(() => null);
    if (found !== text) outdated.push(path);
  }
  return outdated;
}

function fileOf(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}

/** A cell of a table: one line, with its bars escaped. */
function cell(text: string): string {
  return text.replaceAll("\n", " ").replaceAll("|", String.raw`\|`);
}

function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableRow(titles), tableRow(titles.map(() => "---")), ...rows.map(tableRow)].join("\n");
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function configurationPage(): string {
  const sections = Map.groupBy(configFields(), (field) => field.path.split(".")[0] ?? "");
  const top = [...sections]
    .filter(([name, fields]) => fields.length === 1 && fields[0]?.path === name)
    .flatMap(([, fields]) => fields);
  const nested = [...sections].filter(([name, fields]) => fields.some((field) => field.path !== name));
  return [
    "# Configuration",
    MADE,
    "",
    "A value comes from the command line, else from an environment variable, else from `astra.yaml` (in the working directory, or the file named by `--config` or `ASTRA_CONFIG`), else from its default. A field that is not known is an error that names its line. Paths are relative to the working directory. Lists in variables are separated by commas.",
    "",
    "```yaml",
    "# yaml-language-server: $schema=./docs/astra.schema.json",
    "bucket: my-data",
    "s3:",
    "  endpoint: http://127.0.0.1:9000 # without it: AWS",
    "log:",
    "  kind: kafka # without it: a file on this machine",
    "  kafka:",
    "    brokers: [localhost:9092]",
    "buckets:",
    "  other-account-data:",
    "    region: eu-central-1",
    "    assume_role: { role_arn: 'arn:aws:iam::123456789012:role/astra', external_id: astra }",
    "```",
    "",
    "Credentials: those of the bucket's own entry, else of `s3`, else the standard chain of AWS (environment, profile, SSO, container, web identity, instance). `AWS_REGION` and `AWS_ENDPOINT_URL_S3` stand in where the file names none.",
    "",
    "## Top level",
    fieldTable(top),
    ...nested.flatMap(([name, fields]) => ["", `## ${name}`, fieldTable(fields)]),
    "",
    "## Other variables",
    tableOf(
      ["variable", "meaning"],
      Object.entries(OTHER_VARIABLES).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    "",
  ].join("\n");
}

function fieldTable(fields: readonly ConfigField[]): string {
  const rows = fields.map((field) => [
    `\`${field.path}\``,
    field.isRequired ? `${field.type}, needed in \`${field.path.slice(0, field.path.lastIndexOf("."))}\`` : field.type,
    field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``,
    field.example === undefined
      ? field.description
      : `${field.description} Example: \`${JSON.stringify(field.example)}\``,
    field.environment === null ? "" : `\`${field.environment}\``,
  ]);
  return tableOf(["field", "type", "default", "meaning", "variable"], rows);
}

const EXIT_NAMES = [
  "done",
  "failed",
  "changesPresent",
  "partlyApplied",
  "authentication",
  "usage",
  "interrupted",
] as const satisfies readonly (keyof typeof EXIT)[];

const MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "Done as asked.",
  failed: "Failed; the error says why.",
  changesPresent: "Only with `--detailed-exitcode`: there is something to move.",
  partlyApplied: "Partly done: objects failed, or the run was interrupted. What was done stays done.",
  authentication: "Credentials or permissions were refused.",
  usage: "The command line or the configuration is wrong; nothing was begun.",
  interrupted:
    "Stopped at once by a second Ctrl-C, or nine seconds after SIGTERM with work unfinished; the next start takes it up.",
};

function exitCodesPage(): string {
  const statuses = EXIT_NAMES.map((name) => [String(EXIT[name]), MEANINGS[name]]);
  return [
    "# Exit statuses",
    MADE,
    "",
    tableOf(["status", "meaning"], statuses),
    "",
    'An error is printed to standard error with its code, its place and its fix; with `--json` it is one line on standard output: `{"ok":false,"error":{"code":…,"message":…,"where":…,"fix":…}}`.',
    "",
    "Every error with its status and fix: [errors.md](errors.md).",
    "",
  ].join("\n");
}

function commandsPage(): string {
  const groups = GROUPS.map((group) => {
    const sections = COMMANDS.filter((spec) => spec.group === group).flatMap(commandSection);
    return [`## ${group}`, "", ...sections].join("\n");
  });
  return [
    "# Commands",
    MADE,
    "",
    "Results go to standard output, talk and progress to standard error. With `--json` a result is one line of JSON with `ok`; `list` and `watch` print one line per object between a `version` and a `summary` line. Fields are only ever added. Exit statuses: [exit-codes.md](exit-codes.md).",
    "",
    ...groups,
    "## Common options",
    "",
    optionTable([...CONFIG_OPTIONS, ...OUTPUT_OPTIONS]),
    "",
  ].join("\n");
}

function commandSection(spec: CommandSpec): string[] {
  const usage = ["astra", spec.name, ...(spec.arguments ?? []).map(({ form }) => form)].join(" ");
  const text = spec.details === undefined ? spec.summary : `${spec.summary} ${spec.details}`;
  const options = (spec.options ?? []).length > 0 ? ["", optionTable(spec.options ?? [])] : [];
  const examples = spec.examples.map(([line, meaning]) => `${line}  # ${meaning}`);
  return [`### ${spec.name}`, "", `\`${usage}\``, "", text, ...options, "", "```sh", ...examples, "```", ""];
}

function optionTable(options: readonly OptionSpec[]): string {
  const rows = options.map((option) => {
    const choices = option.choices ? ` One of ${option.choices.map((choice) => `\`${choice}\``).join(", ")}.` : "";
    const needed = option.isRequired ? " Needed." : "";
    return [`\`${option.flags}\``, option.summary + choices + needed, option.shownDefault ?? ""];
  });
  return tableOf(["option", "meaning", "default"], rows);
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  if (process.argv.includes("--check")) {
    const outdated = await outdatedDocs();
    for (const path of outdated) process.stderr.write(`${path} is out of date: run npm run docs\n`);
    process.exitCode = outdated.length > 0 ? 1 : 0;
  } else {
    for (const [path, text] of Object.entries(generatedDocs())) await writeFile(fileOf(path), text);
  }
}
