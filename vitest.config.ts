import { defineConfig } from "vitest/config";
import { sharedPath } from "./test/support/shared.ts";

/** Suites that read the shared folder end in `.shared.test.ts`; without the folder they are not run, and `npm test` names them. */
const withoutShared = sharedPath() === null ? ["**/*.shared.test.ts"] : [];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          exclude: withoutShared,
          pool: "threads",
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: ["test/**/*.test.ts"],
          exclude: withoutShared,
          pool: "forks",
          // Each worker may run a broker or an S3 server of its own beside it.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
