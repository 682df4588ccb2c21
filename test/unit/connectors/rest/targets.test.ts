import { describe, expect, test } from "vitest";
import { targetsOf } from "../../../../connectors/rest/targets/targets.ts";
import { InvalidSettingError } from "../../../../engine/errors/invalid-setting-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { attemptContext } from "./attempt-context.ts";
import { deliver, fault } from "./deliver.ts";
import { httpServer } from "./http-server.ts";

describe("an address", () => {
  test.each([
    ["private", "10.0.0.1"],
    ["private", "172.16.9.9"],
    ["private", "192.168.1.1"],
    ["loopback", "127.0.0.1"],
    ["unspecified", "0.0.0.0"],
    ["link-local, where metadata is", "169.254.169.254"],
    ["a carrier's", "100.64.0.1"],
    ["Azure's own", "168.63.129.16"],
    ["for documents", "203.0.113.7"],
    ["for benchmarks", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["loopback", "::1"],
    ["unspecified", "::"],
    ["link-local", "fe80::1"],
    ["unique local, where metadata is", "fd00:ec2::254"],
    ["site-local of old", "fec0::1"],
    ["not given out", "4000::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["mapped from loopback", "::ffff:127.0.0.1"],
    ["compatible with loopback", "::127.0.0.1"],
    ["translated from a private one", "::ffff:0:10.0.0.1"],
    ["NAT64 of metadata", "64:ff9b::169.254.169.254"],
    ["NAT64 of a local prefix", "64:ff9b:1::10.0.0.1"],
    ["6to4 of a private one", "2002:c0a8:0101::1"],
    ["mapped from Azure's own", "::ffff:168.63.129.16"],
  ])("that is %s (%s) is refused", (_what, address) => {
    expect(() => targetsOf("").check("shop.example", address)).toThrow(
      `shop.example is at ${address}, which is not public: if that is meant, add shop.example to the setting CAUDAL_PRIVATE_TARGETS`,
    );
  });

  test.each([
    "8.8.8.8",
    "1.1.1.1",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
  ])("that is public (%s) is not", (address) => {
    expect(() => targetsOf("").check("shop.example", address)).not.toThrow();
  });
});

describe("the setting CAUDAL_PRIVATE_TARGETS", () => {
  test.each([
    ["a host name, however it is written", "other, ERP.internal.", "erp.internal", "10.0.0.1"],
    ["an address", "10.0.0.1", "erp", "10.0.0.1"],
    ["a CIDR", "10.0.0.0/8,::1", "erp", "10.200.0.1"],
    ["a CIDR of IPv6", "fd00::/8", "erp", "fd00::7"],
    ["what an address stands for", "127.0.0.0/8", "erp", "::ffff:127.0.0.1"],
  ])("allows %s", (_what, value, host, address) => {
    expect(() => targetsOf(value).check(host, address)).not.toThrow();
  });

  test.each([
    ["a name below an allowed one", "internal", "erp.internal", "10.0.0.1"],
    ["an address beside an allowed range", "10.0.0.0/9", "erp", "10.200.0.1"],
    ["another address", "10.0.0.1", "erp", "10.0.0.2"],
  ])("does not allow %s", (_what, value, host, address) => {
    expect(() => targetsOf(value).check(host, address)).toThrow("is not public");
  });

  test.each([
    "10.0.0.0/33",
    "10.0.0.300",
    "10.0",
    "::1/129",
    "10.0.0.0/8/8",
    "http://erp",
    "*.internal",
    "a b",
    "fe80::1%eth0",
  ])("says which entry is none: %s", (entry) => {
    expect(() => targetsOf(`erp, ${entry}`)).toThrow(InvalidSettingError);
    expect(() => targetsOf(`erp, ${entry}`)).toThrow(JSON.stringify(entry));
  });
});

describe("a delivery to an address that is not public", () => {
  const to = (url: string, allowed: string): ReturnType<typeof deliver> =>
    deliver({
      baseUrl: url,
      context: attemptContext({ SHOP_URL: url, SHOP_TOKEN: "t0ken", CAUDAL_PRIVATE_TARGETS: allowed }),
    });

  test.each([
    ["written as a name", "localhost"],
    ["written as an address", "127.0.0.1"],
    ["written short", "127.1"],
    ["written as a number", "2130706433"],
    ["mapped to IPv6", "[::ffff:127.0.0.1]"],
  ])("(%s) connects to nothing, can be mended, and says how", async (_how, host) => {
    const server = await httpServer((response) => response.end());
    for (const scheme of ["http", "https"]) {
      const url = server.url.replace("127.0.0.1", host).replace("http", scheme);
      const error = await fault(to(url, "other.internal"));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error.message).toContain("to the setting CAUDAL_PRIVATE_TARGETS");
    }
    expect(server.sockets()).toBe(0);
  });

  test("goes through where its name is allowed, over one connection", async () => {
    const server = await httpServer((response) => response.end());
    const url = server.url.replace("127.0.0.1", "localhost");
    for (let n = 0; n < 3; n++) expect(await to(url, "localhost")).toMatchObject({ status: "delivered" });
    expect(server.sockets()).toBe(1);
  });

  test("can be mended where the setting has an entry that is none", async () => {
    const error = await fault(to("http://127.0.0.1:1", "127.0.0.1/99"));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain('the setting CAUDAL_PRIVATE_TARGETS has the entry "127.0.0.1/99"');
  });
});
