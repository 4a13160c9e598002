/** One call of a command: what was typed, and what the command needs to answer it. */
import type { Config } from "../../config/schema.ts";
import { AstraError } from "../../core/errors.ts";
import type { Context } from "../../services/context.ts";
import { flagValues } from "./common-options.ts";
import { usageError } from "./parse-options.ts";
import { stopSignal } from "./stop-signal.ts";
import { Terminal } from "./terminal.ts";

export type OptionValues = Readonly<Record<string, unknown>>;

export class Call {
  readonly arguments: readonly string[];
  readonly terminal: Terminal;
  readonly #options: OptionValues;
  #signal: AbortSignal | null = null;

  constructor(args: readonly string[], options: OptionValues) {
    this.arguments = args;
    this.#options = options;
    this.terminal = new Terminal({ isJson: this.has("json"), isQuiet: this.has("quiet") });
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === "string" ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.#options[name];
    return typeof value === "number" ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#options[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  has(name: string): boolean {
    return this.#options[name] === true;
  }

  /** Aborts on the first Ctrl-C or SIGTERM. */
  get signal(): AbortSignal {
    return (this.#signal ??= stopSignal({
      onFirst: () => {
        if (process.stderr.isTTY) this.terminal.note("Finishing what has begun; press Ctrl-C again to stop at once.");
      },
      onLate: () => this.terminal.warn("What had begun took too long to finish; the next start takes it up."),
    }));
  }

  /** @throws AstraError ASTRA_CONFIG_*, ASTRA_USAGE_INVALID */
  async config(): Promise<Config> {
    const { loadConfig } = await import("../../config/load.ts");
    const file = this.text("config");
    const flags = flagValues(
      (name) => this.text(name),
      (name) => this.has(name),
    );
    const loaded = loadConfig({ environment: process.env, flags, ...(file !== undefined && { file }) });
    for (const warning of loaded.warnings) this.terminal.warn(warning);
    return loaded.config;
  }

  /** A context to be disposed by the command: `await using ctx = await call.context()`. */
  async context(change: (config: Config) => Config = (config) => config): Promise<Context & AsyncDisposable> {
    const config = change(await this.config());
    const [{ openContext }, { DIAGNOSTICS_LEVELS }] = await Promise.all([
      import("../wiring.ts"),
      import("../lazy-logger.ts"),
    ]);
    const asked = process.env["ASTRA_LOG_LEVEL"] || "warn";
    const logLevel = DIAGNOSTICS_LEVELS.find((level) => level === asked);
    if (!logLevel) {
      const fix = `Set ASTRA_LOG_LEVEL to one of ${DIAGNOSTICS_LEVELS.join(", ")}.`;
      throw new AstraError("ASTRA_CONFIG_INVALID", `${JSON.stringify(asked)} is no level`, {
        where: "ASTRA_LOG_LEVEL",
        fix,
      });
    }
    return openContext(config, { signal: this.signal, logLevel });
  }
}

/** The bucket to work on. @throws AstraError ASTRA_CONFIG_MISSING */
export function bucketOf(config: Config): string {
  if (config.bucket !== undefined) return config.bucket;
  const only = Object.keys(config.buckets);
  if (only.length === 1 && only[0] !== undefined) return only[0];
  throw new AstraError("ASTRA_CONFIG_MISSING", "no bucket is named", {
    fix: "Add --bucket NAME, or set `bucket` in astra.yaml or ASTRA_BUCKET.",
  });
}

/** The first argument. */
export function firstArgument(call: Call, what: string): string {
  const argument = call.arguments[0];
  if (argument === undefined || argument === "") throw usageError(`the ${what} is missing`);
  return argument;
}
