/** Notifications of a bucket, by way of a queue, into log and state; both servers are moto's. */
import { type Server, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openNotificationQueue } from "../../src/apps/notification-queue.ts";
import { openContext } from "../../src/apps/wiring.ts";
import { configSchema } from "../../src/config/schema.ts";
import type { ObjectState } from "../../src/core/object-state.ts";
import type { EventLog } from "../../src/ports/event-log.ts";
import type { Context } from "../../src/services/context.ts";
import { ingestNotifications } from "../../src/services/ingest-notifications.ts";
import { ensureMoto } from "../../tools/test-servers.ts";
import { workFolder } from "../cli/cli.ts";
import { startMoto } from "../support/moto.ts";
import {
  type NotificationSettings,
  type NotifiedBucket,
  notificationConfig,
  notifiedBucket,
  writeNotificationConfig,
} from "../support/notified-bucket.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { until } from "../support/waiting.ts";
import { jsonOf, startCli } from "./cli-process.ts";

const PATIENCE_MS = 60_000;
const found = await ensureMoto();
const missing = "missing" in found ? found.missing : null;

describe.skipIf(missing !== null)(`notifications${missing === null ? "" : `: not run, ${missing}`}`, () => {
  let moto: ServerProcess;
  let folder: Awaited<ReturnType<typeof workFolder>>;

  beforeAll(async () => {
    const started = await startMoto();
    if ("missing" in started) throw new Error(started.missing);
    moto = started;
    folder = await workFolder();
  });
  afterAll(async () => {
    await moto?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });

  const run = (...args: string[]): Promise<Record<string, unknown>> => jsonOf(args, folder.path);

  async function fresh(name: string, settings: NotificationSettings = {}): Promise<NotifiedBucket> {
    await folder[Symbol.asyncDispose]();
    folder = await workFolder();
    const notified = await notifiedBucket(moto.endpoint, name);
    await writeNotificationConfig(notified, folder.path, settings);
    return notified;
  }

  const context = (notified: NotifiedBucket, settings: NotificationSettings = {}) =>
    openContext(configSchema.parse(notificationConfig(notified, folder.path, settings)));

  async function known(notified: NotifiedBucket): Promise<Map<string, ObjectState>> {
    await using ctx = await context(notified);
    const objects = new Map<string, ObjectState>();
    for await (const page of ctx.state.objects({ deleted: "include" }))
      for (const each of page) objects.set(each.key, each);
    return objects;
  }

  test("drive the state: objects made, replaced and removed, under any name", { timeout: 120_000 }, async () => {
    const notified = await fresh("driven");
    const keys = ["plain.txt", "a b+c%20/ü ☂.txt", "x".repeat(600)];
    for (const key of keys) await notified.put(key, key);
    await notified.put("twice", "1");
    await notified.put("twice", "second");
    await notified.put("gone", "x");
    await notified.remove("gone");
    const created = {
      Records: [
        {
          eventVersion: "2.1",
          eventName: "ObjectCreated:Put",
          eventTime: "2026-01-02T00:00:00Z",
          s3: { bucket: { name: "driven" }, object: { key: "wrapped", size: 3, eTag: "e", sequencer: "0A" } },
        },
      ],
    };
    const wrapped = JSON.stringify({ Type: "Notification", Message: JSON.stringify(created) });
    await notified.send(wrapped);
    await notified.send(wrapped);
    await notified.send("poison {");
    await notified.send(JSON.stringify({ Records: [...created.Records, { eventName: "?" }] }));

    expect(await run("ingest", "notifications", "--drain")).toMatchObject({
      ok: true,
      messages: 12,
      testEvents: 1,
      events: 10,
      deadLettered: 2,
      notDeleted: 0,
    });
    expect(await notified.counts()).toEqual({ waiting: 0, hidden: 0 });
    expect(await run("ingest", "notifications", "--drain")).toMatchObject({ messages: 0, events: 0 });
    expect(await run("consume", "--drain")).toMatchObject({ consumed: 10, duplicates: 2, deadLettered: 0 });

    const objects = await known(notified);
    expect([...objects.keys()].toSorted()).toEqual([...keys, "gone", "twice", "wrapped"].toSorted());
    for (const key of keys)
      expect(objects.get(key)).toMatchObject({ sizeBytes: Buffer.byteLength(key), deletedMs: null });
    expect(objects.get("twice")).toMatchObject({ sizeBytes: 6 });
    expect(objects.get("gone")?.deletedMs).toBeGreaterThan(0);
    expect(objects.get("wrapped")).toMatchObject({ etag: "e", sequencer: "0A", createdMs: Date.parse("2026-01-02") });

    const letters = await run("dlq", "list");
    expect(letters).toMatchObject({ waiting: 2, codes: [{ code: "ASTRA_NOTIFICATION_INVALID", letters: 2 }] });
    const shown = await run("dlq", "show", "0/0");
    expect(JSON.stringify(shown)).toContain("no JSON object");
  });

  test("a move of ours comes back as a notification, and is no overwrite", { timeout: 120_000 }, async () => {
    const notified = await fresh("moved");
    await notified.put("backup_old.zip", "x".repeat(2_000_000));
    await run("ingest", "notifications", "--drain");
    await run("consume", "--drain");
    const ages = join(folder.path, "ages.json");
    await writeFile(
      ages,
      JSON.stringify({ "backup_old.zip": { access_count: 0, created_timestamp: "2024-01-01T00:00:00" } }),
    );
    await run("metadata", "import", ages);
    expect(await run("run-engine", "--yes")).toMatchObject({ ok: true, moved: 1 });
    const moved = (await known(notified)).get("backup_old.zip");
    expect(moved?.createdMs).toBe(Date.parse("2024-01-01"));
    expect(await run("ingest", "notifications", "--drain")).toMatchObject({ events: 1 });
    expect(await run("consume", "--drain")).toMatchObject({ consumed: 1, deadLettered: 0 });
    expect((await known(notified)).get("backup_old.zip")).toMatchObject({
      createdMs: Date.parse("2024-01-01"),
      storageClass: moved?.storageClass,
      etag: moved?.etag,
    });
    expect(moved?.storageClass).not.toBe("STANDARD");
  });

  test("killed between append and deletion: what comes again counts once", { timeout: 120_000 }, async () => {
    await using front = await deletionStopper(moto.endpoint);
    const notified = await fresh("killed", { hiddenSeconds: 3, endpoint: front.endpoint });
    for (let index = 0; index < 25; index += 1) await notified.put(`object-${index}`, "x".repeat(index + 1));
    const { child, ended } = startCli(["ingest", "notifications", "--json"], folder.path);
    await until("a deletion", PATIENCE_MS, () => (front.stopped() > 0 ? true : null));
    child.kill("SIGKILL");
    expect(await ended).toMatchObject({ signal: "SIGKILL" });
    front.release();

    await until("the messages", PATIENCE_MS, async () => ((await notified.counts()).waiting === 26 ? true : null));
    const second = await run("ingest", "notifications", "--drain");
    expect(second).toMatchObject({ messages: 26, testEvents: 1, events: 25, deadLettered: 0 });
    expect(second["repeatedMessages"]).toBe(10);
    const consumed = await run("consume", "--drain");
    expect(consumed["duplicates"]).toBeGreaterThan(0);
    expect(Number(consumed["consumed"]) - Number(consumed["duplicates"])).toBe(25);
    expect((await known(notified)).size).toBe(25);
  });

  test("SIGTERM: what was received is in the log and deleted, and nothing else is", { timeout: 120_000 }, async () => {
    const notified = await fresh("ended");
    const running = startCli(["ingest", "notifications", "--json"], folder.path);
    for (let index = 0; index < 40; index += 1) await notified.put(`object-${index}`, "x");
    await until("some to be taken", PATIENCE_MS, async () => ((await notified.counts()).waiting < 35 ? true : null));
    running.child.kill("SIGTERM");
    const ended = await running.ended;
    expect(ended).toMatchObject({ status: 0, signal: null });
    const first: { messages?: unknown } = JSON.parse(ended.stdout.trimEnd());
    const left = await notified.counts();
    expect(Number(first.messages) + left.waiting + left.hidden).toBe(41);
    await until("hidden ones", PATIENCE_MS, async () => ((await notified.counts()).hidden === 0 ? true : null));
    await run("ingest", "notifications", "--drain");
    expect(await run("consume", "--drain")).toMatchObject({ consumed: 40, duplicates: 0 });
  });

  test("messages stay hidden for as long as the log takes", { timeout: 120_000 }, async () => {
    const notified = await fresh("slow");
    const settings = { hiddenSeconds: 2 };
    await using ctx = await context(notified, settings);
    await using queue = await openNotificationQueue(ctx.config, ctx.clock);
    for (let index = 0; index < 3; index += 1) await notified.put(`object-${index}`, "x");
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slowly = ingestNotifications({
      ctx: { ...ctx, log: withAppend(ctx.log, () => held) },
      input: { queue, receivers: 1, untilDrained: true },
    });
    await until("the messages to be taken", PATIENCE_MS, async () =>
      (await notified.counts()).hidden === 4 ? true : null,
    );
    // Twice the time after which they would be given out again.
    const others = [];
    for (let waited = 0; waited < 4; waited += 1) others.push(...(await queue.receive(ctx.signal)));
    expect(others).toEqual([]);
    release();
    const result = await slowly;
    expect(result).toMatchObject({ messages: 4, events: 3, notDeleted: 0, repeatedMessages: 0 });
    expect(result.prolonged).toBeGreaterThanOrEqual(2);
    expect(await notified.counts()).toEqual({ waiting: 0, hidden: 0 });
  });

  test("a log that refuses keeps the messages in the queue", { timeout: 120_000 }, async () => {
    const notified = await fresh("refused");
    const settings = { hiddenSeconds: 2 };
    await using ctx = await context(notified, settings);
    await using queue = await openNotificationQueue(ctx.config, ctx.clock);
    await notified.put("object", "x");
    const log = withAppend(ctx.log, () => Promise.reject(new Error("no room")));
    const input = { queue, receivers: 2, untilDrained: false };
    await expect(ingestNotifications({ ctx: { ...ctx, log }, input })).rejects.toThrow("no room");
    await until("them to come again", PATIENCE_MS, async () => ((await notified.counts()).waiting === 2 ? true : null));
    const drained = await ingestNotifications({ ctx, input: { ...input, untilDrained: true } });
    expect(drained).toMatchObject({ messages: 2, events: 1, repeatedMessages: 2 });
  });

  test(
    "events of buckets that are not configured are set aside, and can be sent again",
    { timeout: 120_000 },
    async () => {
      const notified = await fresh("configured");
      const record = {
        eventVersion: "2.1",
        eventName: "ObjectCreated:Put",
        eventTime: "2026-01-02T00:00:00Z",
        s3: { bucket: { name: "stranger" }, object: { key: "k", size: 1, eTag: "e" } },
      };
      await notified.send(JSON.stringify({ Records: [record] }));
      expect(await run("ingest", "notifications", "--drain")).toMatchObject({ events: 1, otherBuckets: 1 });
      expect(await run("consume", "--drain")).toMatchObject({ consumed: 1, deadLettered: 1 });
      expect(await run("dlq", "list")).toMatchObject({ codes: [{ code: "ASTRA_STORE_BUCKET_MISSING", letters: 1 }] });
    },
  );
});

function withAppend(log: EventLog, before: () => Promise<void>): Context["log"] {
  return new Proxy(log, {
    get: (port, name) => {
      if (name !== "append") return Reflect.get(port, name, port) as unknown;
      return async (...args: Parameters<EventLog["append"]>) => {
        await before();
        return port.append(...args);
      };
    },
  });
}

interface DeletionStopper extends AsyncDisposable {
  readonly endpoint: string;
  /** Deletions that were kept back. */
  stopped(): number;
  /** From here on all requests pass. */
  release(): void;
}

/** Stands before a queue and lets no deletion through. */
async function deletionStopper(endpoint: string): Promise<DeletionStopper> {
  let isReleased = false;
  let stopped = 0;
  const target = new URL(endpoint);
  const server: Server = createServer((incoming, outgoing) => {
    if (!isReleased && String(incoming.headers["x-amz-target"]).endsWith("DeleteMessageBatch")) {
      stopped += 1;
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = request({ host: target.hostname, port: target.port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stopped: () => stopped,
    release: () => {
      isReleased = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
