/** Bodies by address: no form of writing leads to a host inside the network. */
import assert from "node:assert/strict";
import { isIP } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkHost, guardedLookup, isPublicAddress, plainHost } from "../../src/adapters/system/address-guard.ts";
import { HttpBodies } from "../../src/adapters/system/http-body.ts";
import { AstraError } from "../../src/core/errors.ts";
import { TIMEOUT_MS, acceptedOrRefused, expectHarmless, hostileText } from "./fuzzing.ts";

const NOBODY: ReadonlySet<string> = new Set();

/** Addresses nobody may be sent to: loopback, private, link-local, metadata services, shared, multicast. */
const inside = fc.oneof(
  fc.constantFrom(
    [127, 0, 0, 1],
    [169, 254, 169, 254],
    [10, 0, 0, 1],
    [0, 0, 0, 0],
    [100, 100, 100, 200],
    [255, 255, 255, 255],
  ),
  fc.tuple(fc.constantFrom(10, 127, 0, 224, 240), fc.nat(255), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(192), fc.constant(168), fc.nat(255), fc.nat(255)),
  fc.tuple(fc.constant(169), fc.constant(254), fc.nat(255), fc.nat(255)),
);

type Form = (bytes: readonly number[]) => string;

function number(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function groups(bytes: readonly number[]): string {
  return `${hex(bytes.slice(0, 2))}:${hex(bytes.slice(2))}`;
}

/** Ways of writing an IPv4 address that a URL or a resolver understands. */
const FORMS: readonly Form[] = [
  (bytes) => bytes.join("."),
  (bytes) => `${bytes.join(".")}.`,
  (bytes) => String(number(bytes)),
  (bytes) => `0x${hex(bytes)}`,
  (bytes) => `0${number(bytes).toString(8)}`,
  (bytes) => bytes.map((byte) => `0x${byte.toString(16)}`).join("."),
  (bytes) => bytes.map((byte) => `0${byte.toString(8)}`).join("."),
  (bytes) => `${bytes[0]}.${number(bytes.slice(1))}`,
  (bytes) => `${bytes[0]}.${bytes[1]}.${number(bytes.slice(2))}`,
  (bytes) => bytes.join("%2e"),
  (bytes) => bytes.join("。"),
  (bytes) =>
    bytes
      .map((byte) => String(byte).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))))
      .join("．"),
  (bytes) => `[::ffff:${bytes.join(".")}]`,
  (bytes) => `[::ffff:${groups(bytes)}]`,
  (bytes) => `[0:0:0:0:0:ffff:${groups(bytes)}]`,
  (bytes) => `[::${bytes.join(".")}]`,
  (bytes) => `[64:ff9b::${bytes.join(".")}]`,
  (bytes) => `[64:ff9b:1::${groups(bytes)}]`,
  (bytes) => `[2002:${groups(bytes)}::1]`,
  (bytes) => `[2001:0:${groups(bytes)}::]`,
  (bytes) => `[::ffff:0:${groups(bytes)}]`,
];

const OTHERS = [
  "[::1]",
  "[::]",
  "[fe80::1]",
  "[fc00::1]",
  "[fd00:ec2::254]",
  "[ff02::1]",
  "[fec0::1]",
  "[0:0:0:0:0:0:0:1]",
  "[100::1]",
];

test("no way of writing an inside address passes", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "addresses, written",
    input: fc.tuple(
      inside,
      fc.constantFrom(...FORMS),
      fc.constantFrom("https://", "HTTPS://"),
      fc.constantFrom("", ":443", ":8080"),
    ),
    leastAccepted: 0.5,
    check: ([bytes, form, scheme, port]) => {
      const url = URL.parse(`${scheme}${form(bytes)}${port}/latest/meta-data`);
      // What is no URL is refused before any host is looked at.
      if (!url) return "refused";
      const host = plainHost(url.hostname);
      assert.notEqual(isIP(host), 0, url.href);
      assert.equal(isPublicAddress(host), false, url.href);
      assert.throws(() => checkHost(url.hostname, NOBODY, url.href), AstraError);
      return "accepted";
    },
  });
});

test("other inside addresses, users in addresses and other schemes are refused before anything is sent", async () => {
  const bodies = new HttpBodies({ allowedHosts: NOBODY });
  const refused = [
    ...OTHERS.map((host) => `https://${host}/`),
    "https://a:b@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1#@example.com/",
    "https://127.0.0.1\\@example.com/",
    "http://example.com/",
    "https:////127.0.0.1/",
    "https:127.0.0.1",
    "HtTpS:\t//127.0.0.1/",
    "https://",
  ];
  for (const uri of refused) {
    await expect(bodies.open(uri), uri).rejects.toMatchObject({ code: "ASTRA_BODY_FORBIDDEN" });
  }
  await bodies.close();
});

test("a name is refused as soon as one of its addresses is inside", { timeout: TIMEOUT_MS }, () => {
  const address = fc.oneof(
    { weight: 2, arbitrary: inside.map((bytes) => bytes.join(".")) },
    { weight: 1, arbitrary: fc.constantFrom("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c") },
    { weight: 1, arbitrary: fc.constantFrom("::1", "fe80::1", "::ffff:10.0.0.1", "fd00:ec2::254", "", "no-address") },
  );
  expectHarmless({
    name: "addresses, resolved",
    share: 0.2,
    input: fc.tuple(fc.array(address, { minLength: 1, maxLength: 3 }), fc.boolean()),
    leastAccepted: 0.01,
    check: ([addresses, all]) => {
      const lookup = guardedLookup(NOBODY, (_host, _options, callback) =>
        callback(
          null,
          addresses.map((each) => ({ address: each, family: isIP(each) })),
        ),
      );
      let told: { readonly error: Error | null; readonly found: unknown } | null = null;
      lookup("rebound.example", { all }, (error, found) => (told = { error, found }));
      const { error, found } = told ?? assert.fail("nobody was told");
      const isGood = addresses.every(isPublicAddress);
      assert.equal(error === null, isGood);
      if (!isGood) assert.deepEqual(found, []);
      return isGood ? "accepted" : "refused";
    },
  });
});

test("hosts of any kind are let through or refused", { timeout: TIMEOUT_MS }, () => {
  expectHarmless({
    name: "addresses, hosts",
    share: 0.2,
    input: hostileText(),
    leastAccepted: 0.5,
    check: (host) => acceptedOrRefused(() => checkHost(host, NOBODY, "where")),
  });
});
