import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What the stack makes up for itself. */
export interface StackSecrets {
  operatorToken: string;
  mysqlPassword: string;
  /** The key of pseudonymous entity ids. */
  pseudonymKey: string;
}

/** The secrets of a data folder, made up at its first start and readable by its owner alone. */
export function stackSecrets(dataDir: string): StackSecrets {
  const file = path.join(dataDir, "secrets.json");
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<StackSecrets>) : {};
  const random = (): string => randomBytes(24).toString("base64url");
  const fresh = { operatorToken: random(), mysqlPassword: random(), pseudonymKey: random() };
  const secrets = { ...fresh, ...kept };
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

/** The `Values` of an app folder's local.settings.json, or none. Throws when the file is not JSON. */
export function localSettings(appDir: string): Record<string, string> {
  const file = path.join(appDir, "local.settings.json");
  if (!existsSync(file)) return {};
  return (JSON.parse(readFileSync(file, "utf8")) as { Values?: Record<string, string> }).Values ?? {};
}
