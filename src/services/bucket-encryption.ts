/** How new objects of a bucket are encrypted, where the configuration says so. */
import type { Config } from "../config/schema.ts";
import type { Encryption } from "../ports/object-store.ts";

/** `null` leaves it to the bucket's own default. A bucket's entry replaces the common one whole. */
export function bucketEncryption(config: Pick<Config, "s3" | "buckets">, bucket: string): Encryption | null {
  const encryption = config.buckets[bucket]?.encryption ?? config.s3.encryption;
  if (!encryption) return null;
  const { algorithm, kms_key_id, bucket_key } = encryption;
  return { algorithm, kmsKeyId: kms_key_id ?? null, bucketKey: bucket_key };
}
