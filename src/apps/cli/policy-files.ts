/** The policy file a command is about: the one named, else the configured one. */
import { readNamedFile } from "../../config/load.ts";
import { parsePolicies } from "../../config/policy-file.ts";
import type { Config } from "../../config/schema.ts";
import { AstraError } from "../../core/errors.ts";
import type { PolicyRule } from "../../core/policy/policy.ts";

export interface NamedPolicies {
  readonly file: string;
  readonly rules: readonly PolicyRule[];
}

/** @throws AstraError ASTRA_CONFIG_MISSING without any, ASTRA_CONFIG_UNREADABLE, ASTRA_POLICY_INVALID */
export function namedPolicies(named: string | undefined, config: Config): NamedPolicies {
  const file = named ?? config.policies;
  if (file === undefined) {
    throw new AstraError("ASTRA_CONFIG_MISSING", "no policy file is named", {
      fix: "Name one, or set `policies` in astra.yaml or ASTRA_POLICIES.",
    });
  }
  return { file, rules: parsePolicies(file, readNamedFile(file, named === undefined ? "`policies`" : "the command")) };
}
