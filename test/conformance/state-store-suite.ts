/** What every adapter of the state store must do. Its parts are the files named alike. */
import { describe } from "vitest";
import type { StateBackend } from "./state-store-backend.ts";
import { effectTests } from "./state-store-effects.ts";
import { forecastTests } from "./state-store-forecasts.ts";
import { journalTests } from "./state-store-journal.ts";
import { objectTests } from "./state-store-objects.ts";
import { planTests } from "./state-store-plans.ts";
import { positionTests } from "./state-store-positions.ts";

/** Declares the suite for one adapter. */
export function stateStoreSuite(name: string, create: () => Promise<StateBackend>): void {
  describe(`state store: ${name}`, () => {
    positionTests(create);
    effectTests(create);
    objectTests(create);
    planTests(create);
    journalTests(create);
    forecastTests(create);
  });
}
