/** What every adapter of the state store must do. Its parts are the files named alike. */
import { describe } from "vitest";
import { auditTests } from "./state-store-audit.ts";
import type { StateBackend } from "./state-store-backend.ts";
import { beginTests } from "./state-store-begin.ts";
import { effectTests } from "./state-store-effects.ts";
import { forecastTests } from "./state-store-forecasts.ts";
import { journalTests } from "./state-store-journal.ts";
import { leaseTests } from "./state-store-leases.ts";
import { objectTests } from "./state-store-objects.ts";
import { orderTests } from "./state-store-orders.ts";
import { planTests } from "./state-store-plans.ts";
import { positionTests } from "./state-store-positions.ts";
import { readSourceTests } from "./state-store-reads.ts";
import { reviewTests } from "./state-store-reviews.ts";
import { waitingTests } from "./state-store-waiting.ts";

/** Declares the suite for one adapter. */
export function stateStoreSuite(name: string, create: () => Promise<StateBackend>): void {
  describe(`state store: ${name}`, () => {
    positionTests(create);
    effectTests(create);
    objectTests(create);
    readSourceTests(create);
    reviewTests(create);
    planTests(create);
    journalTests(create);
    waitingTests(create);
    beginTests(create);
    leaseTests(create);
    orderTests(create);
    auditTests(create);
    forecastTests(create);
  });
}
