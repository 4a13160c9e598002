/** Who acts, and what a verb asks of them. Roles per tenant come with the server; a local user may do everything. */
import { AstraError } from "./errors.ts";

/** What can be permitted: a noun of the state or the store, and what is done to it. */
export const PERMISSIONS = [
  "object.read",
  "object.write",
  "event.write",
  "plan.write",
  "plan.apply",
  "state.write",
  "run.order",
  "brake.set",
  "audit.read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who asks for a verb, as the audit names them. */
export interface Actor {
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
}

/** The person at the terminal. */
export function localActor(name: string): Actor {
  return { name, permissions: new Set(PERMISSIONS) };
}

/** First line of every verb. @throws AstraError ASTRA_PERMISSION_DENIED */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (actor.permissions.has(permission)) return;
  throw new AstraError("ASTRA_PERMISSION_DENIED", `${actor.name} lacks the permission ${permission}`);
}
