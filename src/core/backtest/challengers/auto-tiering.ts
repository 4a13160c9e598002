/**
 * The provider's own mover, switched on for everything: S3 Intelligent-Tiering (`intelligent-tiering`), Autoclass of Google
 * Cloud Storage (`autoclass`). Every object enters on its first charged day, small ones too, because a bucket-wide rule does
 * not ask what it brings.
 */
import type { ObjectPolicy } from "../object-policy.ts";

/** Puts every object into the class that moves objects inside. The class set must have one. */
export function autoTieringPolicy(name: string): ObjectPolicy {
  return {
    name,
    follow(account) {
      account.move(account.tariff.auto);
    },
  };
}
