/** Inventories, logs, trails, queues and exports, shown: names and messages in them are others'. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { test } from "vitest";
import { cloudtrailText } from "../../src/apps/cli/output/cloudtrail-text.ts";
import { batchJobsText, importedReportText } from "../../src/apps/cli/output/export-jobs-text.ts";
import { lifecycleText } from "../../src/apps/cli/output/export-rules-text.ts";
import {
  importedText,
  inventoriesText,
  inventoryText,
  listedText,
} from "../../src/apps/cli/output/inventories-text.ts";
import { notificationsText } from "../../src/apps/cli/output/notifications-text.ts";
import { telemetryText } from "../../src/apps/cli/output/telemetry-text.ts";
import { jsonDocument } from "../../src/apps/cli/output/visible.ts";
import type { Inventory } from "../../src/core/inventory.ts";
import { type PlanHeader, PlanTally } from "../../src/core/plan.ts";
import type { RunRecord } from "../../src/ports/state-store.ts";
import type { ExportedJob } from "../../src/services/export/export-batch-jobs.ts";
import type { ExportedLifecycle } from "../../src/services/export/export-lifecycle.ts";
import type { IngestCloudtrailResult } from "../../src/services/reads/ingest-cloudtrail.ts";
import { expectDead, outside } from "./dead-text.ts";
import { TIMEOUT_MS, expectHarmless } from "./fuzzing.ts";

const INVENTORY: Inventory = {
  version: 1,
  id: "20260101T000000Z-00000000",
  bucket: "b",
  source: "files",
  location: "here",
  prefix: "",
  takenMs: 0,
  madeMs: 0,
  rows: 1,
  bytes: 1,
  parts: [],
  leftOut: { noncurrentVersions: 1, deleteMarkers: 1, otherBuckets: 1, badRows: 1 },
};

const TRAIL: IngestCloudtrailResult = {
  records: 1,
  accesses: 0,
  excludedReads: 0,
  repeatedReads: 0,
  withoutData: 0,
  otherOperations: 0,
  otherServices: 0,
  otherBuckets: 0,
  badRecords: 1,
  badRecordsBy: { ahead: 1 },
  files: 1,
  duplicates: 0,
  known: 0,
  digestFiles: 0,
  objectsChanged: 0,
  days: null,
  unreadableFiles: 1,
  unreadable: [],
  alsoByAccessLogs: { first: 1, last: 2 },
  isWhole: false,
};

const TAKEN = {
  messages: 1,
  repeatedMessages: 0,
  testEvents: 0,
  deadLettered: 1,
  events: 1,
  otherBuckets: 0,
  classChanges: 0,
  versionsRemoved: 0,
  otherRecords: 0,
  prolonged: 0,
  notDeleted: 0,
};

const PLAN: PlanHeader = {
  id: "plan-1",
  bucket: "b",
  createdMs: 0,
  strategy: "matrix",
  priceBook: "book",
  totals: new PlanTally().totals(),
  hash: "0".repeat(64),
};

const RUN: RunRecord = {
  id: "r",
  planId: "p",
  bucket: "b",
  startedMs: 0,
  finishedMs: null,
  state: "partly",
  done: 0,
  failed: 1,
  skipped: 0,
  restoring: 0,
  movedBytes: 0,
  feeMicros: 0,
  savingMicrosPerMonth: 0,
  reasons: {},
  stopReason: null,
  stopDetail: null,
};

const RULE = {
  days: 30,
  source: "matrix",
  largerThan: 1,
  smallerThan: null,
  hasSmaller: false,
  moves: 1,
  bytes: 1,
  feeMicros: 1,
  savingMicrosPerMonth: 1,
  nativeFeeMicros: null,
};

const JOB: ExportedJob = {
  name: "job",
  after: null,
  objects: 1,
  bytes: 1,
  feeMicros: 0,
  savingMicrosPerMonth: 1,
  job: {
    AccountId: "123456789012",
    ConfirmationRequired: true,
    Operation: {},
    Report: {},
    ClientRequestToken: "t",
    Manifest: {},
    Description: "d",
    Priority: 1,
    RoleArn: "arn:aws:iam::123456789012:role/r",
  },
};

test("inventories", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "outputs, inventories",
    share: 0.1,
    input: fc.record({ bucket: outside, prefix: outside, location: outside, storageClass: fc.option(outside) }),
    leastAccepted: 1,
    check: ({ bucket, prefix, location, storageClass }) => {
      const inventory = { ...INVENTORY, bucket, prefix, location };
      const firstBad = [{ where: `${location}, row 1`, fault: "the size is no whole number of bytes" }];
      const told = { inventory, ageMs: -1, firstBad, tables: 1, tablesBefore: 1, unfinished: [location] };
      expectDead(importedText(told));
      expectDead(listedText({ inventory, objectsBefore: 1 }));
      expectDead(inventoriesText([inventory]));
      expectDead(inventoryText({ inventory, folder: location, classes: [{ storageClass, rows: 1, bytes: 1 }] }));
      return "accepted";
    },
  });
});

test("trails, queues and their costs", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "outputs, telemetry",
    share: 0.1,
    input: fc.record({ place: outside, message: outside, bucket: outside }),
    leastAccepted: 1,
    check: ({ place, message, bucket }) => {
      expectDead(cloudtrailText({ ...TRAIL, unreadable: [{ where: place, message }] }));
      expectDead(notificationsText({ ...TAKEN, queue: place, topic: message }));
      const cost = { source: "cloudtrail", microsPerMonth: null, basis: "unknown" } as const;
      expectDead(telemetryText({ bucket, read: [], objects: 1, costs: [cost], saving: null }));
      return "accepted";
    },
  });
});

test("exports", { timeout: TIMEOUT_MS }, () => {
  const jobs = (name: string, location: string) => ({
    plan: PLAN,
    location,
    jobs: [{ ...JOB, name, after: name }],
    leftOut: [],
    serviceFeeMicros: 1,
    isInspected: false,
  });
  expectHarmless({
    name: "outputs, exports",
    share: 0.1,
    input: fc.record({ name: outside, key: outside, prefix: outside, reason: outside }),
    leastAccepted: 1,
    check: ({ name, key, prefix, reason }) => {
      const place = { isLocal: true, manifests: { bucket: name, prefix } };
      expectDead(batchJobsText(jobs(name, key), place));
      expectDead(batchJobsText(jobs(name, key), { ...place, isLocal: false }));
      const counts = { rows: 1, changed: 1, verified: 1, otherRows: 1, unreported: 1 };
      expectDead(importedReportText({ run: { ...RUN, reasons: { [reason]: 1 } }, ...counts }));
      const document = { Rules: [{ Filter: { Prefix: prefix }, [name]: key }] };
      const rules: ExportedLifecycle["rules"] = [{ ...RULE, prefix, to: name }];
      const exported = { plan: PLAN, provider: "s3" as const, document, rules, existingRules: 1, left: [] };
      expectDead(lifecycleText(exported, jsonDocument(document), false));
      expectDead(lifecycleText(exported, key, true));
      assert.deepEqual(JSON.parse(jsonDocument(document)), JSON.parse(JSON.stringify(document)));
      return "accepted";
    },
  });
});
