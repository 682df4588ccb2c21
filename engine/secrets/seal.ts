import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { type Setting, secret } from "../define/setting.ts";
import { InvalidSettingError } from "../errors/invalid-setting-error.ts";

/** The key under which secrets are stored: base64 of 32 bytes. Without it they stay in the memory of each process. */
export const SECRETS_KEY = secret("CAUDAL_SECRETS_KEY");

const CIPHER = "aes-256-gcm";
const KEY_BYTES = 32;
/** Of the nonce and the tag, as NIST SP 800-38D recommends them for GCM (5.2.1.1 and 5.2.1.2). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The bytes of a key. Throws an InvalidSettingError, which does not show it, unless it is the base64 of 32 bytes. */
export function keyOf(setting: Setting, value: string): Buffer {
  const key = Buffer.from(value, "base64");
  const isBase64 = /^[A-Za-z0-9+/]+=?$/.test(value.trim());
  if (!isBase64 || key.length !== KEY_BYTES) {
    throw new InvalidSettingError(
      setting.name,
      "must be the base64 of 32 random bytes: openssl rand -base64 32",
    );
  }
  return key;
}

/** Encrypts a text so that it can be opened under that name alone: base64 of nonce, tag and ciphertext. */
export function seal(key: Buffer, name: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(name));
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

/** What {@link seal} encrypted; undefined where the key or the name is another one, or somebody altered it. */
export function open(key: Buffer, name: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([opened, decipher.final()]).toString("utf8");
  } catch {
    // The tag does not hold: all that GCM says of it.
    return undefined;
  }
}
