import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Issue, quarantine, type QuarantineItem } from "../../../engine/sync/quarantine.ts";
import { memoryPorts } from "./memory-ports.ts";

const MIB = 1024 * 1024;
const wrong: Issue = { path: "", message: "wrong" };

async function kept(body: Uint8Array, issues: readonly Issue[] = [wrong]): Promise<QuarantineItem> {
  const ports = memoryPorts();
  await quarantine(ports.documents, {
    via: "receiver",
    name: "crm",
    deliveryId: "msg_1",
    at: "2026-01-02T00:00:00.000Z",
    issues,
    body,
  });
  const [item] = ports.items("control") as readonly QuarantineItem[];
  if (!item) throw new TypeError("nothing was kept");
  return item;
}

describe("quarantine", () => {
  test.each([
    ["text stays text", Buffer.from('\uFEFF{"name":"Ñandú"}'), "utf8"],
    ["what is no UTF-8 becomes base64", Buffer.from([0x7b, 0xff]), "base64"],
    ["text that JSON escapes at length becomes base64", Buffer.from("\0".repeat(1_000)), "base64"],
    ["the largest webhook of text", Buffer.alloc(MIB, "a"), "utf8"],
    ["the largest webhook, all quotation marks", Buffer.alloc(MIB, '"'), "base64"],
    ["the largest webhook of noise", randomBytes(MIB), "base64"],
  ] as const)("%s, and is kept whole", async (_what, body, encoding) => {
    const { payload } = await kept(body);
    expect(payload.encoding).toBe(encoding);
    expect(Buffer.from(payload.body, encoding).equals(body)).toBe(true);
    expect(payload).not.toHaveProperty("truncated");
  });

  test.each([
    ["text", Buffer.from(`x${"ñ".repeat(2 * MIB)}`), "utf8"],
    ["noise", randomBytes(3 * MIB), "base64"],
  ] as const)("keeps the beginning of %s of over 1 MiB, and says so", async (_what, body, encoding) => {
    const { payload } = await kept(body);
    const bytes = Buffer.from(payload.body, encoding);
    expect(payload).toMatchObject({ encoding, truncated: true });
    expect(bytes.equals(body.subarray(0, bytes.length))).toBe(true);
    // A character that the cut would halve is left out.
    expect(MIB - bytes.length).toBe(encoding === "utf8" ? 1 : 0);
  });

  test("keeps a hundred issues and counts the others", async () => {
    const many = Array.from({ length: 300_000 }, (_, n) => ({ path: `${n}.number`, message: "wrong" }));
    const { issues } = await kept(Buffer.alloc(MIB, '"'), many);
    expect(issues).toHaveLength(101);
    expect(issues.slice(0, 100)).toEqual(many.slice(0, 100));
    expect(issues[100]).toEqual({ path: "", message: "and 299900 more" });
    expect((await kept(Buffer.from("{}"), many.slice(0, 100))).issues).toEqual(many.slice(0, 100));
  });

  test("shortens issues that quote the input at length", async () => {
    const long = Array.from({ length: 200 }, () => ({
      path: "\0".repeat(10_000),
      message: "\0".repeat(10_000),
    }));
    const { issues } = await kept(randomBytes(MIB), long);
    expect(issues[0]?.message).toMatch(/^\0{400}…$/);
    expect(issues[0]?.path).toMatch(/^\0{400}…$/);
    const [halved] = (await kept(Buffer.from("{}"), [{ path: `x${"😀".repeat(200)}`, message: "wrong" }]))
      .issues;
    expect(halved?.path).toBe(`x${"😀".repeat(199)}\uFFFD…`);
  });
});
