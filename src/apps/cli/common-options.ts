/** Options that many commands share, and the fields of the configuration they set. */
import type { FlagValue } from "../../config/load.ts";
import type { OptionSpec } from "./command.ts";
import { usageError } from "./parse-options.ts";

/** On every command. */
export const OUTPUT_OPTIONS: readonly OptionSpec[] = [
  { flags: "--json", summary: "Print the result as one line of JSON." },
  { flags: "--quiet", summary: "Print nothing but errors (and JSON where asked for)." },
];

/** On every command that uses the configuration. */
export const CONFIG_OPTIONS: readonly OptionSpec[] = [
  { flags: "--config <file>", summary: "Configuration file.", shownDefault: "astra.yaml" },
  { flags: "--bucket <name>", summary: "Bucket to work on." },
  { flags: "--s3-endpoint <url>", summary: "S3-compatible store to use instead of AWS." },
  { flags: "--state <file>", summary: "File of the state." },
  { flags: "--log-path <file>", summary: "File of the embedded log." },
  { flags: "--kafka-brokers <list>", summary: "Brokers, HOST:PORT, separated by commas; chooses Kafka as the log." },
  { flags: "--prices <book>", summary: "Price book to reckon with: a built-in one's name, or a file." },
  { flags: "--allow-uncertain", summary: "Reckon with prices that are marked uncertain." },
];

/** @throws AstraError ASTRA_USAGE_INVALID where two of them contradict each other. */
export function flagValues(
  text: (name: string) => string | undefined,
  has: (name: string) => boolean = () => false,
): FlagValue[] {
  const values: FlagValue[] = [];
  const take = (
    flag: string,
    name: string,
    path: readonly string[],
    parse: (value: string) => unknown = (value) => value,
  ): boolean => {
    const value = text(name);
    if (value !== undefined) values.push({ path, flag, value: parse(value) });
    return value !== undefined;
  };
  take("--bucket", "bucket", ["bucket"]);
  take("--s3-endpoint", "s3Endpoint", ["s3", "endpoint"]);
  take("--state", "state", ["state", "path"]);
  take("--prices", "prices", ["prices"]);
  if (has("allowUncertain")) values.push({ path: ["prices_allow_uncertain"], flag: "--allow-uncertain", value: true });
  const hasPath = take("--log-path", "logPath", ["log", "path"]);
  const hasBrokers = take("--kafka-brokers", "kafkaBrokers", ["log", "kafka", "brokers"], (list) =>
    list.split(",").map((broker) => broker.trim()),
  );
  if (hasPath && hasBrokers)
    throw usageError("--log-path and --kafka-brokers name two different logs", "Give one of them.");
  if (hasPath) values.push({ path: ["log", "kind"], flag: "--log-path", value: "sqlite" });
  if (hasBrokers) values.push({ path: ["log", "kind"], flag: "--kafka-brokers", value: "kafka" });
  return values;
}
