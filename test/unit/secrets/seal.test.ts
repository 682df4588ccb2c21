import { expect, test } from "vitest";
import { open, seal } from "../../../engine/secrets/seal.ts";

const key = Buffer.alloc(32, 1);

test("what is sealed opens with the same key and name, and looks different each time", () => {
  const sealed = [seal(key, "shop", "tökèn"), seal(key, "shop", "tökèn")];
  expect(sealed.map((each) => open(key, "shop", each))).toEqual(["tökèn", "tökèn"]);
  expect(sealed[0]).not.toBe(sealed[1]);
});

test.each<[string, (sealed: string) => string | undefined]>([
  ["another key", (sealed) => open(Buffer.alloc(32, 2), "shop", sealed)],
  ["another name, as after a swap in the store", (sealed) => open(key, "till", sealed)],
  ["one bit that is another", (sealed) => open(key, "shop", flipped(sealed))],
  ["too few bytes", () => open(key, "shop", "AAAA")],
])("nothing opens with %s", (_what, attempt) => {
  expect(attempt(seal(key, "shop", "token"))).toBeUndefined();
});

function flipped(sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString("base64");
}
