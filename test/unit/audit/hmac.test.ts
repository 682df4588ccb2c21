import { createHmac } from "node:crypto";
import { assert, property, string, uint8Array } from "fast-check";
import { expect, it } from "vitest";
import { hmac } from "../../../engine/audit/hmac.ts";

it("is HMAC-SHA256", () => {
  assert(
    property(uint8Array({ maxLength: 64 }), string({ unit: "grapheme" }), (key, text) => {
      expect(hmac(key, text)).toBe(createHmac("sha256", key).update(text).digest("hex"));
    }),
  );
});

it("refuses a key that RFC 2104 would hash first", () => {
  expect(() => hmac(new Uint8Array(65), "")).toThrow(RangeError);
});
