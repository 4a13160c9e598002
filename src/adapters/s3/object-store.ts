/** The port over S3 and whatever speaks its protocol. */
import type { ObjectStore, ObjectStores } from "../../ports/object-store.ts";
import { abortUpload } from "./abort-upload.ts";
import { readAcl } from "./acl.ts";
import { changeClass } from "./copy.ts";
import { openControl } from "./control.ts";
import { getObject } from "./download.ts";
import { headObject } from "./head.ts";
import { addHolds } from "./holds.ts";
import { listObjects } from "./list.ts";
import { listInParallel, listRanges } from "./list-parallel.ts";
import { openUploads } from "./open-uploads.ts";
import { type S3Deps, type S3Options, withDefaults } from "./options.ts";
import { probeBucket } from "./probe.ts";
import type { Requests } from "./request.ts";
import { openRequests } from "./requests.ts";
import { restoreObject } from "./restore.ts";
import { readTags, writeTags } from "./tags.ts";
import { type Connections, openConnections } from "./transport.ts";
import { putObject } from "./upload.ts";
import { noncurrentVersions, removeVersion } from "./versions.ts";

/** Opens one bucket with connections of its own. */
export function openS3Store(bucket: string, options: S3Options, deps: S3Deps): ObjectStore {
  const connections = openConnections();
  return storeOver(bucket, options, deps, connections, async () => connections[Symbol.asyncDispose]());
}

/** Opens buckets on demand, each with its own options; buckets of one origin share its connections. */
export function s3Stores(resolve: (bucket: string) => S3Options, deps: S3Deps): ObjectStores {
  const connections = openConnections();
  const open = new Map<string, ObjectStore>();
  return {
    async open(bucket) {
      const known = open.get(bucket);
      if (known) return known;
      const store = storeOver(bucket, resolve(bucket), deps, connections, async () => void open.delete(bucket));
      open.set(bucket, store);
      return store;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...open.values()].map((store) => store.close()));
      await connections[Symbol.asyncDispose]();
    },
  };
}

function storeOver(
  bucket: string,
  options: S3Options,
  deps: S3Deps,
  connections: Connections,
  release: () => Promise<void>,
): ObjectStore {
  const settings = withDefaults(options);
  const requests: Requests = openRequests(bucket, settings, deps, connections);
  const control = openControl(requests);
  const close = async (): Promise<void> => {
    await control.close();
    await release();
  };
  return {
    provider: "s3",
    bucket,
    features: {
      conditionalCopyDestination: settings.conditionalCopyDestination,
      restore: true,
      maxCopyBytes: settings.maxCopyBytes,
    },
    put: (input) => putObject(requests, input),
    head: (key, versionId) => headObject(requests, key, versionId),
    acl: (key) => readAcl(requests, key),
    tags: (key) => readTags(requests, key),
    setTags: (key, tags) => writeTags(requests, key, tags),
    addHolds: (key, versionId, like) => addHolds(requests, key, versionId, like),
    removeVersion: (key, versionId) => removeVersion(requests, key, versionId),
    abortUpload: (key, uploadId) => abortUpload(requests, key, uploadId),
    openUploads: (prefix = "") => openUploads(requests, prefix),
    noncurrentVersions: (prefix = "") => noncurrentVersions(requests, prefix),
    get: (key) => getObject(requests, key),
    changeClass: (input) => changeClass(requests, input),
    list: (input = {}) => listObjects(requests, input),
    listParallel: (input = {}) => listInParallel(requests, input),
    listRanges: (input = {}) => listRanges(requests, input),
    restore: (input) => restoreObject(requests, input),
    bucketInfo: () => control.bucketInfo(),
    lifecycleRules: () => control.lifecycleRules(),
    counters: () => requests.counters(),
    probe: () => probeBucket(requests, control),
    clockSkewMs: async (nowMs) => {
      const { headers } = await requests.sendOnce({ operation: "HeadBucket", action: "s3:ListBucket", method: "HEAD" });
      return Date.parse(headers.get("date") ?? "") - nowMs;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
