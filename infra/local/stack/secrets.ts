import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { readJson } from "./json.ts";

/** What the stack makes up for itself. */
export interface StackSecrets {
  operatorToken: string;
  mysqlPassword: string;
  /** The key of Cosmos that only reads: base64 of 64 bytes. */
  cosmosReadOnlyKey: string;
  /** The key of pseudonymous entity ids. */
  pseudonymKey: string;
  /** The key under which secrets are stored: base64 of 32 bytes. */
  secretsKey: string;
  /** The key that checkpoints of the audit log are signed with: Ed25519, PKCS#8 in base64. */
  auditKey: string;
}

/** The secrets of a data folder, made up at its first start and readable by its owner alone. */
export function stackSecrets(dataDir: string): StackSecrets {
  const file = path.join(dataDir, "secrets.json");
  const kept = existsSync(file) ? (readJson(file) as Partial<StackSecrets>) : {};
  const random = (): string => randomBytes(24).toString("base64url");
  const fresh = {
    operatorToken: random(),
    mysqlPassword: random(),
    cosmosReadOnlyKey: randomBytes(64).toString("base64"),
    pseudonymKey: random(),
    secretsKey: randomBytes(32).toString("base64"),
    auditKey: generateKeyPairSync("ed25519")
      .privateKey.export({ format: "der", type: "pkcs8" })
      .toString("base64"),
  };
  const secrets = { ...fresh, ...kept };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** The `Values` of an app folder's local.settings.json, or none. Throws, naming the file, when it is not JSON. */
export function localSettings(appDir: string): Record<string, string> {
  const file = path.join(appDir, "local.settings.json");
  if (!existsSync(file)) return {};
  return (readJson(file) as { Values?: Record<string, string> }).Values ?? {};
}
