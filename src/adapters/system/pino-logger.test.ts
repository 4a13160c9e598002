import { expect, test } from "vitest";
import { pinoLogger } from "./pino-logger.ts";

function collect(level: "debug" | "warn" | "silent"): { lines: string[]; logger: ReturnType<typeof pinoLogger> } {
  const lines: string[] = [];
  return { lines, logger: pinoLogger(level, { write: (line) => lines.push(line) }) };
}

test("lines are JSON with fields, message and time", () => {
  const { lines, logger } = collect("debug");
  logger.info({ partition: 3 }, "taken over");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, partition: 3, msg: "taken over", pid: process.pid });
});

test("what lies below the level is left out", () => {
  const { lines, logger } = collect("warn");
  logger.debug({}, "no");
  logger.info({}, "no");
  logger.warn({}, "yes");
  expect(lines).toHaveLength(1);
  const silent = collect("silent");
  silent.logger.error({}, "no");
  expect(silent.lines).toHaveLength(0);
});

test("secrets never reach a line", () => {
  const { lines, logger } = collect("debug");
  logger.error({ password: "hunter2", sasl: { password: "hunter2" }, s3: { secretAccessKey: "hunter2" } }, "refused");
  expect(lines[0]).not.toContain("hunter2");
  expect(lines[0]).toContain("[secret]");
});
