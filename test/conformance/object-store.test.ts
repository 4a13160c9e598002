import { BACKENDS } from "./object-store-backends.ts";
import { classChecks } from "./object-store-classes.ts";
import { controlChecks } from "./object-store-control.ts";
import { copyChecks } from "./object-store-copies.ts";
import { faultChecks } from "./object-store-faults.ts";
import { guardChecks } from "./object-store-guards.ts";
import { listingChecks } from "./object-store-listing.ts";
import { objectChecks } from "./object-store-objects.ts";
import { describeObjectStore } from "./object-store-suite.ts";
import { versionChecks } from "./object-store-versions.ts";

const GROUPS = [
  objectChecks,
  classChecks,
  copyChecks,
  guardChecks,
  versionChecks,
  listingChecks,
  faultChecks,
  controlChecks,
];

for (const backend of BACKENDS) {
  const found = await backend.missing();
  describeObjectStore(backend, found?.missing ?? null, GROUPS);
}
