import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { secret } from "../../define/setting.ts";
import { InvalidSettingError } from "../../errors/invalid-setting-error.ts";

/** The private key that checkpoints of the audit log are signed with: Ed25519 as PKCS#8, in base64 or PEM. */
export const AUDIT_KEY = secret("CAUDAL_AUDIT_KEY");

/** The key in a setting's value. Throws an InvalidSettingError, which does not show it, where there is none. */
export function auditKeyOf(value: string): KeyObject {
  try {
    // A setting often cannot hold several lines: `\n` stands for their ends, then.
    const key = value.includes("-----BEGIN")
      ? createPrivateKey(value.replaceAll("\\n", "\n"))
      : createPrivateKey({ key: Buffer.from(value, "base64"), format: "der", type: "pkcs8" });
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // What the library says of it may quote it.
  }
  const how = "openssl genpkey -algorithm ed25519 -outform DER | openssl base64 -A";
  throw new InvalidSettingError(
    AUDIT_KEY.name,
    `must be an Ed25519 private key, PKCS#8 in base64 or PEM: ${how}`,
  );
}

/** The public half of a key: SPKI (RFC 8410) in base64. */
export function publicKeyOf(key: KeyObject): string {
  return createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");
}

/** The Ed25519 signature of a text, UTF-8, in base64. */
export function signText(key: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), key).toString("base64");
}

/** Whether a signature of {@link signText} holds; false for what is no key or no signature. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    if (key.asymmetricKeyType !== "ed25519") return false;
    return verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"));
  } catch {
    // No key at all.
    return false;
  }
}
