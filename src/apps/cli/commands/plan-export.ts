import type { Call } from "../call.ts";
import type { CommandSpec } from "../command.ts";
import { usageError } from "../parse-options.ts";

/** One of them says what is exported. */
const KINDS = ["batchOperations", "lifecycle", "sql"] as const;

export const planExport: CommandSpec = {
  name: "plan export",
  group: "Decide and move",
  summary: "Hand a plan to AWS, to a provider's lifecycle rules, or to a query engine.",
  details:
    "`--batch-operations` writes manifests and jobs of S3 Batch Operations; `--lifecycle` the native rules that do what the plan does, and what they can't; `--sql` the decision itself as a query over an inventory. Nothing is made or changed at the provider. docs/exports.md tells what each can express.",
  arguments: [{ form: "[plan]", summary: "File written by `astra plan --out`, or a plan's id; not for --sql." }],
  options: [
    { flags: "--batch-operations <place>", summary: "Folder or s3://bucket/prefix for manifests and jobs." },
    { flags: "--role <arn>", summary: "Role that Batch Operations works as." },
    { flags: "--report <s3-address>", summary: "Where completion reports are to go." },
    { flags: "--account <id>", summary: "Account of the jobs.", shownDefault: "the role's" },
    {
      flags: "--manifests <s3-address>",
      summary: "Where manifests written to a folder will be uploaded to.",
      shownDefault: "a folder of the plan's id in --report",
    },
    { flags: "--unchecked", summary: "Do not look at each object first." },
    {
      flags: "--lifecycle <provider>",
      summary: "Native rules of a provider.",
      choices: ["s3", "azure", "gcs"],
    },
    { flags: "--sql <dialect>", summary: "The decision as SQL.", choices: ["duckdb", "spark", "athena"] },
    { flags: "--strategy <name>", summary: "Strategy of the SQL.", choices: ["matrix", "cost", "predictive"] },
    { flags: "--access-state <file>", summary: "Write what is known of the objects' reads as Parquet, for the SQL." },
    { flags: "--out <file>", summary: "File to write rules or SQL to.", shownDefault: "standard output" },
  ],
  examples: [
    [
      "astra plan export plan.json --batch-operations jobs --role arn:aws:iam::123456789012:role/batch --report s3://reports/astra",
      "manifests and jobs to look at, upload and confirm",
    ],
    ["astra plan export plan.json --lifecycle s3 --out rules.json", "rules that do what the plan does"],
    ["astra plan export --bucket data --sql spark --access-state reads.parquet --out decide.sql", "for a cluster"],
  ],
  async run(call) {
    const kinds = KINDS.filter((name) => call.text(name) !== undefined);
    if (kinds.length !== 1)
      throw usageError("say what to export", "Give one of --batch-operations, --lifecycle and --sql.");
    return exportKind(call, kinds[0]);
  },
};

async function exportKind(call: Call, kind: (typeof KINDS)[number] | undefined): Promise<number> {
  if (kind === "batchOperations") return (await import("../export-jobs.ts")).exportJobs(call);
  if (kind === "lifecycle") return (await import("../export-rules.ts")).exportRules(call);
  return (await import("../export-sql.ts")).exportSql(call);
}
