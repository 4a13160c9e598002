/** Kafka's ACLs as lines of a shell: comments say what each is for, so the text can be run as it stands. */
import type { Acl, LogRole } from "../../permissions.ts";
import { visible } from "./visible.ts";

export function aclsText(shown: {
  readonly role: LogRole;
  readonly acls: readonly Acl[];
  readonly commands: readonly string[];
}): string {
  const purposes = shown.acls.map(
    ({ resource, name, operation, purpose }) => `# ${operation} on ${resource} ${visible(name)}: ${purpose}`,
  );
  return [...purposes, ...shown.commands.map(visible)].join("\n");
}
