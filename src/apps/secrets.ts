/** The secrets that this process was given: what must not come out of it again. */
import type { Config } from "../config/schema.ts";

/** Names of fields and variables whose value is secret. */
const SECRET_NAME = /secret|password|token|external_id/i;

/** Values, each once. @param environment of the process: AWS's own variables, and any other that is named like a secret */
export function configuredSecrets(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return [...new Set([...secretsIn(config), ...secretsIn(environment)])];
}

function* secretsIn(value: object): Generator<string> {
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === "object" && member !== null) yield* secretsIn(member);
    else if (typeof member === "string" && member !== "" && SECRET_NAME.test(name)) yield member;
  }
}
