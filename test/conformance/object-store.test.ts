import { BACKENDS } from "./object-store-backends.ts";
import { classChecks } from "./object-store-classes.ts";
import { controlChecks } from "./object-store-control.ts";
import { faultChecks } from "./object-store-faults.ts";
import { listingChecks } from "./object-store-listing.ts";
import { objectChecks } from "./object-store-objects.ts";
import { describeObjectStore } from "./object-store-suite.ts";

const GROUPS = [objectChecks, classChecks, listingChecks, faultChecks, controlChecks];

for (const backend of BACKENDS) {
  const found = await backend.missing();
  describeObjectStore(backend, found?.missing ?? null, GROUPS);
}
