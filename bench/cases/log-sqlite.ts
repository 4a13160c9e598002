import type { BenchCase } from "../bench-case.ts";
import { logReport } from "../log-rounds.ts";

export const logSqlite: BenchCase = {
  name: "log-sqlite",
  summary: "access events through the embedded log into the state, durably",
  run: (options) => logReport(options, null),
};
