import ipaddr from "ipaddr.js";

/** An address of either family. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Azure's own address for what it tells virtual machines: public by its number, and of no use to anybody else. */
const AZURE_HOST = "168.63.129.16";
/** The IPv6 addresses that are given out (IANA, "Internet Protocol Version 6 Address Space"). */
const GIVEN_OUT: [ipaddr.IPv6, number] = [ipaddr.IPv6.parse("2000::"), 3];
/** IPv6 addresses that stand for an IPv4 one, and where its four bytes are in them. */
const EMBEDDING: readonly { readonly range: [ipaddr.IPv6, number]; readonly at: number }[] = [
  // Mapped (RFC 4291, 2.5.5.2), compatible (2.5.5.1), translated (RFC 2765, 2.1), NAT64 (RFC 6052, 2.1).
  ...["::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::"].map((prefix) => ({
    range: [ipaddr.IPv6.parse(prefix), 96] as [ipaddr.IPv6, number],
    at: 12,
  })),
  // 6to4 (RFC 3056, 2).
  { range: [ipaddr.IPv6.parse("2002::"), 16], at: 2 },
];

/** The IPv4 address that an IPv6 one stands for; else the address itself. */
export function unwrapped(address: Address): Address {
  if (address.kind() === "ipv4") return address;
  const found = EMBEDDING.find(({ range }) => address.match(range));
  const bytes = address.toByteArray();
  return found ? new ipaddr.IPv4(bytes.slice(found.at, found.at + 4)) : address;
}

/**
 * Whether an address, or the one that it stands for, is a public unicast one: not private, loopback, link-local (where
 * clouds keep their metadata), shared by carriers, reserved or Azure's own.
 */
export function isPublic(address: Address): boolean {
  const real = unwrapped(address);
  if (real.range() !== "unicast" || real.toString() === AZURE_HOST) return false;
  return real.kind() === "ipv4" || real.match(GIVEN_OUT);
}
