/**
 * Two processes counted the same logs at once. Who came second in the middle of a large file counted the rest anew in the buffer
 * that still held the large file's next lines: those came out as broken ones, and their reads were lost.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localLogFiles } from "../../src/adapters/system/log-files.ts";
import { ingestAccessLogs } from "../../src/services/reads/ingest-access-logs.ts";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { MOVING_BUCKET, MOVING_START_MS, movingWorld } from "../support/moving-world.ts";

/** More objects than are added up before they are written, and more sections behind them. */
const LINES = 110_000;

function line(key: string, id: number): string {
  const time = logTime(MOVING_START_MS - 3_600_000);
  return `${logLine({ bucket: MOVING_BUCKET, key, id: `ID${id}`, time })}\n`;
}

test("who comes second in the middle of a file counts what is left of it whole", async () => {
  await using world = await movingWorld();
  const folder = await mkdtemp(join(tmpdir(), "astra-two-readers-"));
  try {
    const small = join(folder, "a-small");
    const large = join(folder, "b-large");
    await writeFile(small, line("small", LINES));
    await writeFile(
      large,
      Array.from({ length: LINES }, (_, index) => line(`k/${index}-${"x".repeat(index % 97)}`, index)).join(""),
    );
    let isFirst = true;
    const state = new Proxy(world.ctx.state, {
      get(target, name, receiver: unknown) {
        if (name !== "applyReads") return Reflect.get(target, name, receiver) as unknown;
        return async (batch: Parameters<typeof target.applyReads>[0]) => {
          if (isFirst) {
            isFirst = false;
            await ingestAccessLogs({
              ctx: world.ctx,
              input: { sources: [small], files: localLogFiles(), follow: null },
            });
          }
          return target.applyReads(batch);
        };
      },
    });
    const ctx = { ...world.ctx, state };
    const input = { sources: [small, large], files: localLogFiles(), follow: null };
    const result = await ingestAccessLogs({ ctx, input });
    expect(result).toMatchObject({ lines: LINES, accesses: LINES, badLines: 0, unreadableFiles: 0 });
    const reads = [];
    for await (const page of world.ctx.state.objects({ bucket: MOVING_BUCKET, deleted: "include" }))
      reads.push(...page.map(({ access }) => access.lifetimeReads));
    expect(reads.reduce((sum, each) => sum + each, 0)).toBe(LINES + 1);
    expect(Math.max(...reads)).toBe(1);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
