import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { auditKeyOf, isSignedBy, publicKeyOf, signText } from "../../../engine/audit/checkpoint/audit-key.ts";
import { InvalidSettingError } from "../../../engine/errors/invalid-setting-error.ts";
import { stackSecrets } from "../../../infra/local/stack/secrets.ts";

const { privateKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const base64 = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");

test.each([
  ["base64", base64],
  ["base64 in lines", base64.replaceAll(/(.{20})/g, "$1\n")],
  ["PEM", pem],
  ["PEM on one line, as settings have it", pem.replaceAll("\n", "\\n")],
])("a key is read as %s", (_, value) => {
  const key = auditKeyOf(value);
  expect(isSignedBy(publicKeyOf(privateKey), "ñ", signText(key, "ñ"))).toBe(true);
});

test.each([
  ["nothing of a key", "secret-but-no-key"],
  [
    "another kind of key",
    generateKeyPairSync("x25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  ],
  [
    "the public half",
    generateKeyPairSync("ed25519").publicKey.export({ format: "pem", type: "spki" }).toString(),
  ],
  ["half a PEM", pem.slice(0, 60)],
])("%s is refused, and not shown", (_, value) => {
  expect(() => auditKeyOf(value)).toThrow(InvalidSettingError);
  expect(() => auditKeyOf(value)).not.toThrow(value.slice(30));
  expect(() => auditKeyOf(value)).toThrow("openssl genpkey");
});

test("a signature is that of one text by one key", () => {
  const [mine, other] = [publicKeyOf(privateKey), publicKeyOf(generateKeyPairSync("ed25519").privateKey)];
  const signature = signText(privateKey, "text");
  expect(isSignedBy(mine, "text", signature)).toBe(true);
  expect(isSignedBy(mine, "texu", signature)).toBe(false);
  expect(isSignedBy(other, "text", signature)).toBe(false);
  expect(isSignedBy("none", "text", signature)).toBe(false);
  expect(isSignedBy(mine, "text", "none")).toBe(false);
});

test("the local stack makes a key for itself, and keeps it", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-secrets-"));
  try {
    const { auditKey } = stackSecrets(folder);
    expect(() => auditKeyOf(auditKey)).not.toThrow();
    expect(stackSecrets(folder).auditKey).toBe(auditKey);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
