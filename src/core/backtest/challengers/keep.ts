/** `standard`: everything stays in the class it was written to. */
import type { ObjectPolicy } from "../object-policy.ts";

/** Never moves anything. */
export function keepPolicy(): ObjectPolicy {
  return { name: "standard", follow: () => undefined };
}
