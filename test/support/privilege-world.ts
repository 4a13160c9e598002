/** A sandbox behind a recorder, and the command line in front of it: which S3 actions a command uses. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { VirtualClock } from "../../src/adapters/system/virtual-clock.ts";
import { MS_PER_DAY } from "../../src/core/units.ts";
import { type CliResult, astra, oneLine, record, workFolder } from "../cli/cli.ts";
import { type RecordingProxy, startRecordingProxy } from "./recording-proxy.ts";
import { actionsOf } from "./s3-permissions.ts";
import { ACCESS_KEY, SECRET_KEY, type SandboxFixture, sandboxFixture } from "./sandbox.ts";

/** 6 KiB are an object of 6 GiB, which no single request copies. */
const BYTE_SCALE = 1024 ** 2;
const OLD = { access_count: 0, created_timestamp: "2024-01-01T00:00:00" };

export interface Used {
  readonly result: CliResult;
  readonly actions: ReadonlySet<string>;
}

export interface PrivilegeWorld extends AsyncDisposable {
  readonly folder: string;
  readonly fixture: SandboxFixture;
  readonly proxy: RecordingProxy;
  /** One command with a configuration, log and state of the bucket's own. @param more lines of the configuration */
  run(bucket: string, args: readonly string[], more?: readonly string[]): Promise<Used>;
  /** As {@link run}; the command has to succeed. */
  actions(bucket: string, args: readonly string[], more?: readonly string[]): Promise<ReadonlySet<string>>;
  /** What `astra iam policy` prints for a command, sorted. */
  printed(command: string, options?: readonly string[]): Promise<readonly string[]>;
  /** An object of 64 MiB with tags and metadata, so old that an age rule moves it. */
  putOld(bucket: string, key: string, more?: Partial<PutObjectCommandInput>): Promise<void>;
}

export async function privilegeWorld(): Promise<PrivilegeWorld> {
  const folder = await workFolder();
  const clock = new VirtualClock(Date.now() - 10 * MS_PER_DAY);
  const fixture = await sandboxFixture({ byteScale: BYTE_SCALE, clock });
  const proxy = await startRecordingProxy(fixture.sandbox.endpoint);
  const cwd = folder.path;

  const run: PrivilegeWorld["run"] = async (bucket, args, more = []) => {
    const lines = [
      `bucket: ${bucket}`,
      "s3:",
      `  endpoint: ${proxy.endpoint}`,
      `  credentials: { access_key_id: ${ACCESS_KEY}, secret_access_key: "${SECRET_KEY}" }`,
      `log: { path: ${bucket}-log.db }`,
      `state: { path: ${bucket}-state.db }`,
      ...more,
    ];
    if (!more.some((line) => line.startsWith("engine:"))) lines.push("engine: { strategy: matrix }");
    await writeFile(join(cwd, `${bucket}.yaml`), `${lines.join("\n")}\n`);
    proxy.seen.length = 0;
    const result = await astra([...args, "--config", `${bucket}.yaml`], { cwd });
    return { result, actions: new Set(proxy.seen.flatMap(actionsOf)) };
  };

  return {
    folder: cwd,
    fixture,
    proxy,
    run,
    async actions(bucket, args, more) {
      const { result, actions } = await run(bucket, args, more);
      expect(result.status, result.stderr + result.stdout).toBe(0);
      return actions;
    },
    async printed(command, options = []) {
      const args = ["iam", "policy", "--bucket", "plain", "--command", command, "--json", ...options];
      const statements = record(oneLine(await astra(args, { cwd }))["policy"])["Statement"];
      expect(statements).toBeInstanceOf(Array);
      return (statements as unknown[]).flatMap((each) => record(each)["Action"] as string[]).toSorted();
    },
    async putOld(bucket, key, more = {}) {
      const object = { Bucket: bucket, Key: key, Body: Buffer.alloc(64, key), Tagging: "team=x", Metadata: { m: "1" } };
      await fixture.s3.send(new PutObjectCommand({ ...object, ...more }));
      await writeFile(join(cwd, "old.json"), JSON.stringify({ [key]: OLD }));
      const imported = await run(bucket, ["metadata", "import", "old.json"]);
      expect(imported.result.status, imported.result.stderr).toBe(0);
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await fixture[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** All of them, each once, sorted. */
export function together(...sets: readonly Iterable<string>[]): readonly string[] {
  return [...new Set(sets.flatMap((each) => [...each]))].toSorted();
}
