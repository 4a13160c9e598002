import { expect, test } from "vitest";
import { pinoLogger } from "./pino-logger.ts";

function collect(
  level: "debug" | "warn" | "silent",
  secrets: readonly string[] = [],
): { lines: string[]; logger: ReturnType<typeof pinoLogger> } {
  const lines: string[] = [];
  return { lines, logger: pinoLogger({ level, secrets, to: { write: (line) => lines.push(line) } }) };
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

test.each([
  ["a plain one", "wJalrXUtnFEMI"],
  ["one with characters that JSON escapes", 'quote"back\\slash'],
  ["one with characters that an address escapes", "a+b/c=d e"],
])("a configured secret is taken out wherever it stands: %s", (_, secret) => {
  const { lines, logger } = collect("debug", [secret, "short"]);
  const address = `https://host/?token=${encodeURIComponent(secret)}`;
  logger.warn({ deep: { deeper: { text: `said ${secret}.` } }, address, list: [secret] }, `refused ${secret}`);
  const line: unknown = JSON.parse(lines[0] ?? "");
  expect(line).toMatchObject({
    deep: { deeper: { text: "said [secret]." } },
    msg: "refused [secret]",
    list: ["[secret]"],
  });
  expect(line).toMatchObject({ address: "https://host/?token=[secret]" });
  logger.info({}, "a short word stays");
  expect(lines[1]).toContain("a short word stays");
});
