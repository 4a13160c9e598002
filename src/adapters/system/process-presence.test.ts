import { spawn } from "node:child_process";
import { once } from "node:events";
import { hostname } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { processPresence } from "./process-presence.ts";

const CHILD = join(import.meta.dirname, "../../../test/support/presence-child.ts");

test("a process is there while it runs and gone once it was killed", async () => {
  const presence = processPresence();
  const child = spawn(process.execPath, [CHILD], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [self]: string[] = await once(createInterface(child.stdout), "line");
  expect(self).toMatch(new RegExp(`^${hostname()}:${child.pid}:.+`));
  expect(presence.isGone(self ?? "")).toBe(false);
  child.kill("SIGKILL");
  await ended;
  expect(presence.isGone(self ?? "")).toBe(true);
});

test("this process is there, under one name, however often it is asked", () => {
  const presence = processPresence();
  expect(presence.isGone(presence.self)).toBe(false);
  expect(presence.self.split(":").slice(0, -1)).toEqual([hostname(), String(process.pid)]);
});

test.runIf(process.platform === "linux")(
  "a process id that another process has now is not taken for its holder",
  () => {
    const presence = processPresence();
    const { self } = presence;
    expect(processPresence().self).toBe(self);
    expect(presence.isGone(self.replace(/\d+$/, "1"))).toBe(true);
  },
);

test.runIf(process.platform === "linux")("of other machines, boots and containers nothing is certain", () => {
  const presence = processPresence();
  const { self } = presence;
  const [, start = ""] = self.split(`:${process.pid}:`);
  const noSuchPid = 2 ** 31 - 2;
  expect(presence.isGone(`${hostname()}:${noSuchPid}:${start}`)).toBe(true);
  expect(presence.isGone(`another-${hostname()}:${noSuchPid}:${start}`)).toBe(false);
  const [boot = "", namespace = "", ticks = ""] = start.split(".");
  expect(presence.isGone(`${hostname()}:${noSuchPid}:${boot.replaceAll(/[0-9a-f]/g, "0")}.${namespace}.${ticks}`)).toBe(
    false,
  );
  expect(presence.isGone(`${hostname()}:${noSuchPid}:${boot}.1.${ticks}`)).toBe(false);
});

test("what is no name of a process is not taken for one that has ended", () => {
  const presence = processPresence();
  const host = hostname();
  for (const holder of [
    "",
    host,
    `${host}:1`,
    `${host}:-1:x`,
    `${host}:1e3:x`,
    `${host}::x`,
    `${host}:${"9".repeat(30)}:x`,
  ]) {
    expect(presence.isGone(holder)).toBe(false);
  }
});
