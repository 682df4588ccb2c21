import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { standardWebhook } from "../../../../connectors/webhooks/standard.ts";
import { secret, type Verification } from "../../../../engine/define/index.ts";
import { InvalidSettingError } from "../../../../engine/errors/invalid-setting-error.ts";

// The example of the specification's reference libraries:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
const KEY = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const recorded = {
  body: '{"test": 2432232314}',
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  } as Readonly<Record<string, string>>,
};
const NOW = 1_614_265_330_000;
const verifier = standardWebhook(secret("CRM_WEBHOOK_SECRET"));

interface Given {
  body?: string | Uint8Array;
  headers?: Readonly<Record<string, string>>;
  now?: number;
  key?: string;
}

function verify({ body = recorded.body, headers = {}, now = NOW, key = KEY }: Given): Verification {
  const all = { ...recorded.headers, ...headers };
  return verifier.verify(
    { body: Buffer.from(body), header: (name) => all[name] || undefined },
    () => key,
    now,
  );
}

function signature(
  body: string | Uint8Array,
  id = recorded.headers["webhook-id"],
  time = "1614265330",
): string {
  const signed = createHmac("sha256", Buffer.from(KEY, "base64")).update(`${id}.${time}.`).update(body);
  return `v1,${signed.digest("base64")}`;
}

describe("standardWebhook", () => {
  test("accepts the recorded request of the specification, and gives its id", () => {
    expect(verify({})).toEqual({ ok: true, deliveryId: "msg_p5jXN8AQM9LWM0D4loKWxJek" });
  });

  test("takes the secret with whsec_ in front too", () => {
    expect(verify({ key: `whsec_${KEY}` }).ok).toBe(true);
  });

  test("needs one of several signatures only, so that secrets can be rotated", () => {
    const other = `v1,${Buffer.alloc(32).toString("base64")}`;
    const signatures = `${other} v1a,abc ${recorded.headers["webhook-signature"]}`;
    expect(verify({ headers: { "webhook-signature": signatures } }).ok).toBe(true);
  });

  test("takes a header that came twice, which the host joins with a comma", () => {
    const other = `v1,${Buffer.alloc(32).toString("base64")}`;
    const signed = recorded.headers["webhook-signature"];
    const joined = [
      `${signed}, ${other}`,
      `${other}, ${signed}`,
      `${other}  ${signed}`,
      `${other}, ${other}`,
    ];
    const taken = joined.map((signatures) => verify({ headers: { "webhook-signature": signatures } }).ok);
    expect(taken).toEqual([true, true, true, false]);
  });

  test("signs the bytes: text beyond ASCII and a byte order mark hold", () => {
    const body = '\uFEFF{"name":"Ñandú 🎉"}';
    expect(verify({ body, headers: { "webhook-signature": signature(body) } }).ok).toBe(true);
  });

  test.each<[string, Given, string]>([
    ["another body", { body: '{"test": 2432232315}' }, "no signature"],
    ["another id", { headers: { "webhook-id": "msg_other" } }, "no signature"],
    ["another time", { headers: { "webhook-timestamp": "1614265331" } }, "no signature"],
    ["another secret", { key: Buffer.alloc(24, 1).toString("base64") }, "no signature"],
    [
      "another version",
      { headers: { "webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" } },
      "no signature",
    ],
    [
      "a cut signature",
      { headers: { "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1O" } },
      "no signature",
    ],
    ["no signature", { headers: { "webhook-signature": "" } }, "webhook-signature is missing"],
    ["no id", { headers: { "webhook-id": "" } }, "webhook-id is missing"],
    ["an endless id", { headers: { "webhook-id": "m".repeat(257) } }, "longer than 256"],
    ["no time", { headers: { "webhook-timestamp": "" } }, "webhook-timestamp"],
    ["a time that is none", { headers: { "webhook-timestamp": "1614265330x" } }, "webhook-timestamp"],
    ["a time over five minutes old", { now: NOW + 301_000 }, "old"],
    ["a time over five minutes ahead", { now: NOW - 301_000 }, "ahead"],
  ])("refuses %s, and says why", (_what, given, reason) => {
    const verification = verify(given);
    expect(verification).toMatchObject({ ok: false, reason: expect.stringContaining(reason) as string });
    expect(JSON.stringify(verification)).not.toContain(KEY);
  });

  test("five minutes off, either way, is taken", () => {
    expect([verify({ now: NOW + 300_000 }).ok, verify({ now: NOW - 300_000 }).ok]).toEqual([true, true]);
  });

  test("refuses bytes that are no UTF-8, even where their replacement would be signed", () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const headers = { "webhook-signature": signature(body.toString("utf8")) };
    expect(verify({ body, headers })).toEqual({ ok: false, reason: "the body is not UTF-8" });
  });

  test.each([["whsec_"], ["not base64!"], ["whsec_***"]])(
    "a secret that is none is an error of the setting, not of the request: %s",
    (key) => {
      expect(() => verify({ key })).toThrow(InvalidSettingError);
      expect(() => verify({ key })).toThrow(/CRM_WEBHOOK_SECRET/);
    },
  );

  test("takes base64 without padding", () => {
    const key = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwYQ";
    const signed = createHmac("sha256", Buffer.from(key, "base64"))
      .update(`${recorded.headers["webhook-id"]}.1614265330.${recorded.body}`)
      .digest("base64");
    expect(verify({ key, headers: { "webhook-signature": `v1,${signed}` } }).ok).toBe(true);
  });
});
