import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { checkHost, guardedLookup, isPublicAddress } from "./address-guard.ts";

test.each([
  "127.0.0.1",
  "127.255.255.254",
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "192.0.0.170",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "::ffff:8.8.8.8",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "2001:0:53aa::1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fec0::1",
  "ff02::1",
  "not an address",
])("%s is refused", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "172.15.255.255",
  "172.32.0.0",
  "100.128.0.0",
  "2606:4700:4700::1111",
  "2a00:1450:4001::1",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test("literals are checked before connecting, names when they resolve", () => {
  const none = new Set<string>();
  expect(() => checkHost("[::1]", none, "x")).toThrow("::1 is not a public address");
  expect(() => checkHost("127.0.0.1.", none, "x")).toThrow("127.0.0.1 is not a public address");
  expect(() => checkHost("example.com", none, "x")).not.toThrow();
  expect(() => checkHost("[::1]", new Set(["::1"]), "x")).not.toThrow();
});

const resolvesTo =
  (...addresses: string[]) =>
  (_host: string, _options: unknown, callback: (error: null, found: LookupAddress[]) => void): void =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );

test("a name is refused when one of its addresses is private", async () => {
  const ask = (allowed: readonly string[], all: boolean, ...addresses: string[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      guardedLookup(new Set(allowed), resolvesTo(...addresses))("Host.Example.", { all }, (error, found) =>
        error ? reject(error) : resolve(found),
      );
    });
  await expect(ask([], true, "1.1.1.1", "127.0.0.1")).rejects.toMatchObject({ code: "ASTRA_BODY_FORBIDDEN" });
  await expect(ask([], true, "1.1.1.1")).resolves.toEqual([{ address: "1.1.1.1", family: 4 }]);
  await expect(ask([], false, "1.1.1.1")).resolves.toBe("1.1.1.1");
  await expect(ask(["host.example"], false, "127.0.0.1")).resolves.toBe("127.0.0.1");
});
