/** A bucket that only lists what it was given: plans are made of it, and nothing else. */
import type { BucketInfo, ListedObject, ObjectStores } from "../../src/ports/object-store.ts";

const PAGE = 1000;

const INFO: BucketInfo = {
  region: null,
  versioning: "off",
  objectLock: false,
  defaultRetention: false,
  lifecycleRuleIds: [],
  lifecycleRules: [],
  noncurrentExpiryDays: null,
  replication: false,
  notifications: false,
  ownership: "enforced",
  ownerId: null,
  tagRules: [],
};

/** @param objects in the order of their keys' UTF-8 bytes */
export function listedBucket(objects: readonly ListedObject[], info: Partial<BucketInfo> = {}): ObjectStores {
  async function* list(input: { readonly prefix?: string } = {}): AsyncGenerator<readonly ListedObject[]> {
    const wanted = objects.filter(({ key }) => key.startsWith(input.prefix ?? ""));
    for (let from = 0; from < wanted.length; from += PAGE) yield wanted.slice(from, from + PAGE);
  }
  const store = { list, bucketInfo: async () => ({ ...INFO, ...info }) };
  // A plan asks for nothing else.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { open: async () => store, close: async () => undefined } as unknown as ObjectStores;
}
