/** The whole way in its real form: an inventory and access logs as S3 delivers them, plan, apply, and nothing left to do. */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureMoto } from "../../tools/test-servers.ts";
import { record, workFolder } from "../cli/cli.ts";
import { logLine, logTime } from "../support/access-log-lines.ts";
import { type DatedMoto, startDatedMoto } from "../support/moto.ts";
import {
  BACKUP_ROLE,
  DATA_BUCKET,
  LOG_BUCKET,
  LOG_PREFIX,
  REAL_GROUPS,
  bodyOf,
  listed,
  putLog,
  putRealObjects,
  realLines,
  realObjects,
} from "../support/real-bucket.ts";
import { type InventoryPlace, putInventory } from "../support/s3-inventory.ts";
import { sdkClient } from "../support/sandbox.ts";
import { jsonOf } from "./cli-process.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
const LOGS = `s3://${LOG_BUCKET}/${LOG_PREFIX}`;
const INVENTORIES = "inventory-bucket";
const found = await ensureMoto();
const missing = "missing" in found ? found.missing : null;

describe.skipIf(missing !== null)(
  `inventory, access logs, plan and apply${missing === null ? "" : `: not run, ${missing}`}`,
  () => {
    let folder: Awaited<ReturnType<typeof workFolder>>;
    let moto: DatedMoto;
    let s3: S3Client;
    const place = (takenMs: number): InventoryPlace => ({ s3, source: DATA_BUCKET, destination: INVENTORIES, takenMs });
    const run = (...args: string[]): Promise<Record<string, unknown>> => jsonOf(args, folder.path);

    beforeAll(async () => {
      folder = await workFolder();
      const started = await startDatedMoto(folder.path);
      if ("missing" in started) throw new Error(started.missing);
      moto = started;
      s3 = sdkClient(moto.endpoint);
      await putRealObjects(s3, moto, NOW_MS);
      await s3.send(new CreateBucketCommand({ Bucket: INVENTORIES }));
    }, 120_000);
    afterAll(async () => {
      s3?.destroy();
      await moto?.[Symbol.asyncDispose]();
      await folder?.[Symbol.asyncDispose]();
    });

    /** @param batchFrom objects from which a plan is decided in batch */
    async function configure(batchFrom: number): Promise<void> {
      const config = {
        bucket: DATA_BUCKET,
        s3: {
          endpoint: moto.endpoint,
          region: "us-east-1",
          path_style: true,
          credentials: { access_key_id: "A", secret_access_key: "S" },
        },
        state: { path: join(folder.path, "state.db") },
        log: { path: join(folder.path, "log.db") },
        engine: { strategy: "matrix", batch_from_objects: batchFrom, excluded_principals: [BACKUP_ROLE] },
      };
      await writeFile(join(folder.path, "astra.yaml"), JSON.stringify(config));
    }

    async function put(key: string, body = bodyOf(key)): Promise<void> {
      await s3.send(new PutObjectCommand({ Bucket: DATA_BUCKET, Key: key, Body: body }));
    }

    async function classAndEtag(key: string): Promise<readonly (string | undefined)[]> {
      const head = await s3.send(new HeadObjectCommand({ Bucket: DATA_BUCKET, Key: key }));
      return [head.StorageClass ?? "STANDARD", head.ETag?.replaceAll('"', "")];
    }

    /** But for the instant of breaking even, which follows from that of the plan. */
    async function plannedMoves(file: string): Promise<readonly unknown[]> {
      const { moves } = record(JSON.parse(await readFile(join(folder.path, file), "utf8")));
      if (!Array.isArray(moves)) throw new Error("no moves");
      return moves.map((move) => ({ ...record(move), breakEvenMs: null }));
    }

    /** Moves of a plan that is made now. */
    async function movesLeft(...options: string[]): Promise<unknown> {
      return record(record((await run("plan", ...options))["plan"])["totals"])["moves"];
    }

    test("an inventory is taken: versions and delete markers left out, checksums verified", async () => {
      await configure(100);
      const rows = await listed(s3);
      const half = Math.floor(rows.length / 2);
      const [first] = rows;
      if (!first) throw new Error("no objects");
      const old = { ...first, etag: "0".repeat(32), isLatest: false };
      const marker = { ...first, key: "gone", sizeBytes: 0, isDeleteMarker: true };
      const { manifest } = await putInventory(place(NOW_MS - HOUR_MS), [
        [...rows.slice(0, half), old],
        [...rows.slice(half), marker],
      ]);
      const taken = await run("inventory", "import", manifest);
      expect(taken).toMatchObject({ ok: true, tables: 2 });
      expect(taken["inventory"]).toMatchObject({
        bucket: DATA_BUCKET,
        source: "s3-inventory",
        rows: realObjects().length,
        leftOut: { noncurrentVersions: 1, deleteMarkers: 1, otherBuckets: 0, badRows: 0 },
      });
    });

    test("access logs count the reads that were reads, once", async () => {
      const lines = realLines(NOW_MS);
      const third = Math.ceil(lines.length / 3);
      const parts = [0, 1, 2].map((part) => `${lines.slice(part * third, (part + 1) * third).join("\n")}\n`);
      for (const [number, text] of parts.entries()) await putLog(s3, NOW_MS, number, text);
      const cut = lines.find((line) => line.includes("read-often/"))?.slice(0, 200) ?? "";
      const ahead = logLine({ key: "year/object-39.bin", time: logTime(NOW_MS + 400 * 24 * HOUR_MS) });
      await putLog(s3, NOW_MS, 3, `${lines[0] ?? ""}x y z\n${ahead}\n${cut}`);
      // Delivered once more, under another name.
      await putLog(s3, NOW_MS, 4, parts[1] ?? "");
      const reads = REAL_GROUPS.filter(({ line }) => !line).reduce(
        (sum, { lines: of = 0, objects }) => sum + of * objects,
        0,
      );
      const ingested = await run("ingest", "access-logs", LOGS);
      expect(ingested).toMatchObject({
        ok: true,
        files: 5,
        duplicates: 1,
        lines: lines.length + 3,
        accesses: reads + 1,
        excludedReads: 120,
        otherOperations: 120,
        withoutData: 120,
        badLines: 2,
        badLinesBy: { ahead: 1, cut: 1 },
        unreadableFiles: 0,
      });
      expect(await run("ingest", "access-logs", LOGS)).toMatchObject({
        accesses: 0,
        lines: 0,
        known: 4,
        duplicates: 1,
      });
    });

    test("the plan is decided in batch by itself, and is that of a listing", async () => {
      const inBatch = record((await run("plan", "--out", "batch.json"))["plan"]);
      expect(inBatch).toMatchObject({ inventory: { source: "s3-inventory" } });
      await configure(100_000);
      const byObject = record((await run("plan", "--out", "objects.json"))["plan"]);
      expect(byObject["inventory"]).toBeUndefined();
      await configure(100);
      const moves = await plannedMoves("batch.json");
      expect(moves).toHaveLength(150);
      expect(moves).toEqual(await plannedMoves("objects.json"));
    });

    test("what was planned is moved, and nothing else; bodies are as they were", async () => {
      expect(await run("apply", "batch.json", "--yes")).toMatchObject({ ok: true, moved: 150, failed: 0 });
      const objects = realObjects();
      const wanted = objects.map(({ key, group }) => [key, [group.becomes, md5Of(key)]]);
      const now = objects.map(async ({ key }) => [key, await classAndEtag(key)]);
      expect(Object.fromEntries(await Promise.all(now))).toEqual(Object.fromEntries(wanted));
    });

    test("then there is nothing left to move: by the inventory, by a newer one, by a listing", async () => {
      expect(await movesLeft()).toBe(0);
      expect(await movesLeft("--inventory", "none")).toBe(0);
      await putInventory(place(Date.now()), [await listed(s3)]);
      expect(await run("inventory", "import", `s3://${INVENTORIES}/inventories/${DATA_BUCKET}/daily`)).toMatchObject({
        ok: true,
        tables: 1,
      });
      const again = await run("run-engine", "--yes");
      expect(again).toMatchObject({ ok: true, moved: 0, run: null });
      expect(record(again["plan"])).toMatchObject({ inventory: { source: "s3-inventory" }, totals: { moves: 0 } });
    });

    test("what was replaced, removed or moved by others since the inventory is left as it is", async () => {
      await moto.writeAt(NOW_MS - 400 * 24 * HOUR_MS);
      for (const name of ["same", "replaced", "removed", "moved"]) await put(`late/${name}`);
      await moto.writeAt(null);
      const { manifest } = await putInventory(place(Date.now()), [await listed(s3)]);
      await run("inventory", "import", manifest);
      await put("late/replaced", Buffer.alloc(900_000, "new"));
      await s3.send(new DeleteObjectCommand({ Bucket: DATA_BUCKET, Key: "late/removed" }));
      const CopySource = `${DATA_BUCKET}/late/moved`;
      const moved = { Bucket: DATA_BUCKET, Key: "late/moved", CopySource, StorageClass: "GLACIER_IR" } as const;
      await s3.send(new CopyObjectCommand(moved));
      const engine = await run("run-engine", "--yes", "--inventory", "latest");
      expect(engine).toMatchObject({ moved: 1, failed: 0, run: { skipped: 3, reasons: { changed: 2, missing: 1 } } });
      expect(await classAndEtag("late/same")).toEqual(["DEEP_ARCHIVE", md5Of("late/same")]);
      expect((await classAndEtag("late/replaced"))[0]).toBe("STANDARD");
      expect((await classAndEtag("late/moved"))[0]).toBe("GLACIER_IR");
      await expect(classAndEtag("late/removed")).rejects.toMatchObject({ name: "NotFound" });
      expect(await movesLeft("--inventory", "none")).toBe(0);
    });
  },
);

function md5Of(key: string): string {
  return createHash("md5").update(bodyOf(key)).digest("hex");
}
