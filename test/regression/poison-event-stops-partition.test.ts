/** Events nobody can work on stand before a good one on its partition: they are set aside, and the good one arrives. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqliteLog } from "../../src/adapters/sqlite/event-log.ts";
import { WallClock } from "../../src/adapters/system/wall-clock.ts";
import { astra, oneLine, startSandboxProcess, workFolder, writeConfig } from "../cli/cli.ts";

const POISON: readonly Uint8Array[] = [
  Buffer.alloc(0),
  Buffer.from([0xff, 0xfe, 0]),
  Buffer.from("null"),
  Buffer.from("[".repeat(50_000)),
  Buffer.alloc(900_000, "a"),
  Buffer.from(JSON.stringify(event({ type: "astra.object.exploded" }))),
  Buffer.from(JSON.stringify(event({ data: { body: { uri: "file:///etc/passwd" } } }))),
  Buffer.from(JSON.stringify(event({ data: { body: { uri: "https://169.254.169.254/x" } } }))),
];

function event(changes: Record<string, unknown>): Record<string, unknown> {
  return {
    specversion: "1.0",
    id: "one",
    source: "s3://data",
    type: "astra.object.created",
    subject: "good",
    time: "2026-01-01T00:00:00Z",
    data: { body: { uri: "synthetic:1:10" } },
    ...changes,
  };
}

test("the partition goes on behind poison, and every poisoned record is kept with its reason", async () => {
  await using folder = await workFolder();
  await using sandbox = await startSandboxProcess("data");
  await writeConfig(folder.path, sandbox.endpoint, "data");
  await using log = openSqliteLog({ path: join(folder.path, ".astra/log.db") }, { clock: new WallClock() });
  await log.ensureTopic("data-events", 1);
  const values = [...POISON, Buffer.from(JSON.stringify(event({ id: "last" })))];
  await log.append(
    "data-events",
    values.map((value) => ({ key: "data/good", value })),
  );
  const consumed = await astra(["consume", "--drain", "--json"], { cwd: folder.path });
  expect(consumed).toMatchObject({ status: 0, stderr: "" });
  expect(oneLine(consumed)).toMatchObject({ consumed: values.length, uploaded: 1, deadLettered: POISON.length });
  const kept: Uint8Array[] = [];
  const range = { topic: "data-events.dlq", partition: 0, from: 0n };
  for await (const page of log.read(range)) {
    for (const record of page) {
      expect(record.headers["astra-reason-code"]).toMatch(/^ASTRA_(EVENT|BODY)_/);
      kept.push(record.value);
    }
  }
  const hexes = (list: readonly Uint8Array[]): string[] =>
    list.map((value) => Buffer.from(value).toString("hex")).toSorted();
  expect(hexes(kept)).toEqual(hexes(POISON));
});
