/** An event that names a file decides nothing about secrets: Astra's configuration, log and state are never bodies. */
import { mkdir, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { openFileBody } from "../../src/adapters/system/file-body.ts";
import { temporaryFolder } from "../support/state-sqlite.ts";

test("configuration and hidden files below a root are refused, ordinary ones are not", async () => {
  await using folder = await temporaryFolder();
  const root = folder.file("");
  await mkdir(folder.file(".astra"));
  for (const name of ["astra.yaml", ".env", ".astra/state.db", "body.bin"]) await writeFile(folder.file(name), "text");
  const open = (name: string) => openFileBody(pathToFileURL(folder.file(name)).href, [root]);
  for (const name of ["astra.yaml", ".env", ".astra/state.db"]) {
    await expect(open(name)).rejects.toMatchObject({ code: "ASTRA_BODY_FORBIDDEN" });
  }
  expect(await open("body.bin")).toMatchObject({ sizeBytes: 4 });
});
