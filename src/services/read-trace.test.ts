import { writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/state-sqlite.ts";
import { localTraceFiles } from "../adapters/trace-files/local-trace-files.ts";
import { localActor } from "../core/permission.ts";
import type { BuiltTrace } from "../core/trace/trace-builder.ts";
import { readTrace } from "./read-trace.ts";

const OBJECTS = "object_id,created_day,end_day,deleted,size_bytes,name\n";
const ACCESSES = "object_id,day,reads\n";
const running = new AbortController().signal;

async function read(
  folder: TemporaryFolder,
  [objects, accesses]: readonly [string, string],
  { isLenient = false, signal = running, actor = localActor("test") } = {},
): Promise<BuiltTrace> {
  const paths = { objects: folder.file("o.csv"), accesses: folder.file("a.csv") };
  await writeFile(paths.objects, OBJECTS + objects);
  await writeFile(paths.accesses, ACCESSES + accesses);
  return readTrace({ ctx: { actor, signal }, input: { files: localTraceFiles(), ...paths, isLenient } });
}

const LATE = ["x,10,12,true,100,logs/x\n", "x,11,2\nx,13,1\n"] as const;

it("reads two tables into one trace", async () => {
  await using folder = await temporaryFolder();
  const { trace } = await read(folder, ["x,10,12,true,100,logs/x\ny,9,20,false,5,logs/y\n", "y,11,1\nx,12,2\n"]);
  expect({ days: trace.days, id: trace.id, name: trace.name }).toEqual({
    days: 10,
    id: ["x", "y"],
    name: ["logs/x", "logs/y"],
  });
  expect([[...trace.deleted], [...trace.bytesRead], [...trace.readDay]]).toEqual([
    [1, 0],
    [200, 5],
    [1, 0],
  ]);
});

it("refuses a read after the end with its line, or drops and counts it", async () => {
  await using folder = await temporaryFolder();
  await expect(read(folder, LATE)).rejects.toMatchObject({
    code: "ASTRA_TRACE_INVALID",
    where: `${folder.file("a.csv")}:3:3`,
    fix: expect.stringContaining("--lenient") as string,
  });
  expect((await read(folder, LATE, { isLenient: true })).report).toMatchObject({ accesses: 1, readsAfterEnd: 1 });
});

it("says which table is empty", async () => {
  await using folder = await temporaryFolder();
  await expect(read(folder, ["", "x,11,2\n"])).rejects.toMatchObject({ where: folder.file("o.csv") });
  await expect(read(folder, [LATE[0], ""])).rejects.toMatchObject({ where: folder.file("a.csv") });
});

it("stops when interrupted, and is not for everybody", async () => {
  await using folder = await temporaryFolder();
  await expect(read(folder, LATE, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "ASTRA_INTERRUPTED",
  });
  const actor = { name: "guest", permissions: new Set<never>() };
  await expect(read(folder, LATE, { actor })).rejects.toMatchObject({ code: "ASTRA_PERMISSION_DENIED" });
});
