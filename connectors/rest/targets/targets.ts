import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { setting } from "../../../engine/define/index.ts";
import { InvalidSettingError } from "../../../engine/errors/invalid-setting-error.ts";
import { PrivateTargetError } from "./private-target-error.ts";
import { isPublic, unwrapped } from "./public-address.ts";

/**
 * Which addresses that are not public may be connected to all the same: host names, addresses and CIDRs, separated by
 * commas: `erp.internal, 10.1.0.0/16, ::1`. A name allows whatever it resolves to.
 */
export const PRIVATE_TARGETS = setting("CAUDAL_PRIVATE_TARGETS", "");

/** Decides what may be connected to. */
export interface Targets {
  /** Throws a PrivateTargetError when `host`, which resolved to `address` or is one, may not be connected to. */
  check(host: string, address: string): void;
}

const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Reads the setting's value. Throws an InvalidSettingError that names the entry which is none. */
export function targetsOf(value: string): Targets {
  const hosts = new Set<string>();
  const ranges: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  for (const entry of value.split(",").map((text) => text.trim())) {
    if (entry === "") continue;
    const range = rangeOf(entry);
    const host = plainHost(entry);
    if (range) ranges.push(range);
    else if (HOST_NAME.test(host)) hosts.add(host);
    else {
      const what = "is neither a host name nor an address nor a CIDR";
      throw new InvalidSettingError(
        PRIVATE_TARGETS.name,
        `has the entry ${JSON.stringify(entry)}, which ${what}`,
      );
    }
  }
  return {
    check(host, text) {
      const address = ipaddr.parse(text);
      if (isPublic(address) || hosts.has(plainHost(host))) return;
      const forms = [address, unwrapped(address)];
      if (ranges.some((range) => forms.some((form) => form.kind() === range[0].kind() && form.match(range))))
        return;
      throw new PrivateTargetError(host, text, PRIVATE_TARGETS.name);
    },
  };
}

/** A host name as it is compared: in lower case, without the dot that may end it. */
function plainHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, "");
}

function rangeOf(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const [address = "", bits, ...more] = entry.split("/");
  // The library also takes addresses with parts left out or in octal, which nobody means here.
  if (isIP(address) === 0 || address.includes("%") || more.length > 0) return undefined;
  const parsed = ipaddr.parse(address);
  const most = parsed.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [parsed, most];
  return /^\d{1,3}$/.test(bits) && Number(bits) <= most ? [parsed, Number(bits)] : undefined;
}
