/** Which addresses a body may be fetched from: public ones, unless a host is allowed by name. */
import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP } from "node:net";
import { AstraError } from "../../core/errors.ts";

/** Private, loopback, link-local, shared, documentation, multicast and reserved ranges (IANA special-purpose registries). */
const REFUSED_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Besides them, every form of IPv6 that carries an IPv4 address: mapped, compatible, NAT64, Teredo, 6to4. */
const REFUSED_V6: readonly (readonly [string, number])[] = [
  ["::", 96],
  ["::ffff:0:0", 96],
  ["::ffff:0:0:0", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

/** One list a family: in a common one the rule for mapped addresses would match every IPv4 address. */
const refusedV4 = new BlockList();
const refusedV6 = new BlockList();
for (const [net, prefix] of REFUSED_V4) refusedV4.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of REFUSED_V6) refusedV6.addSubnet(net, prefix, "ipv6");

/** @param address an IP address without brackets. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refusedV4.check(address, "ipv4");
  return family === 6 && !refusedV6.check(address, "ipv6");
}

/** Host of a URL without brackets and final dot, lower case. */
export function plainHost(hostname: string): string {
  return hostname
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
}

/** @throws AstraError ASTRA_BODY_FORBIDDEN for an address literal that is not public. Names are checked as they resolve. */
export function checkHost(hostname: string, allowed: ReadonlySet<string>, where: string): void {
  const host = plainHost(hostname);
  if (allowed.has(host) || isIP(host) === 0 || isPublicAddress(host)) return;
  throw forbiddenAddress(host, host, where);
}

export function forbiddenAddress(host: string, address: string, where: string): AstraError {
  const text =
    host === address
      ? `${address} is not a public address`
      : `${host} resolves to ${address}, which is not a public address`;
  return new AstraError("ASTRA_BODY_FORBIDDEN", text, {
    where,
    fix: `Add ${host} to \`ingest.allowed_private_hosts\` if bodies may be read from it.`,
  });
}

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void;
type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that refuses a name as soon as one of its addresses is not public. The connection is made to the
 * very addresses checked here, so a name that changes between check and use gains nothing.
 */
export function guardedLookup(allowed: ReadonlySet<string>, resolve: Resolve = lookup) {
  return (hostname: string, options: LookupOptions, callback: Callback): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const bad = allowed.has(plainHost(hostname))
        ? undefined
        : addresses.find(({ address }) => !isPublicAddress(address));
      if (bad) return callback(forbiddenAddress(plainHost(hostname), bad.address, hostname), []);
      if (options.all) return callback(null, addresses);
      const first = addresses[0];
      return first
        ? callback(null, first.address, first.family)
        : callback(new Error(`${hostname} has no address`), []);
    });
  };
}
