import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** A function cannot run because a setting it names is missing. The function is disabled; the others run. */
export class MissingSettingError extends Error {
  override name = "MissingSettingError";
  /** The name of the missing setting. */
  readonly setting: string;
  constructor(setting: string) {
    super(`the setting "${setting}" is missing from the environment and local.settings.json`);
    this.setting = setting;
  }
}

/**
 * Puts the `Values` of local.settings.json (Azure's format) into the process environment, where apps and
 * triggers read settings. A variable that is set already wins. A missing file is fine; one that is not JSON,
 * or is encrypted, throws. Source: https://learn.microsoft.com/azure/azure-functions/functions-develop-local
 */
export function loadLocalSettings(appDir: string, env: NodeJS.ProcessEnv = process.env): void {
  const file = path.join(appDir, "local.settings.json");
  if (!existsSync(file)) return;
  const content = readSettings(file);
  if (content.IsEncrypted) throw new Error(`${file} is encrypted; run "func settings decrypt" first`);
  for (const [name, value] of Object.entries(content.Values ?? {})) env[name] ??= String(value);
}

function readSettings(file: string): { IsEncrypted?: boolean; Values?: Record<string, unknown> } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as object;
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** Replaces each `%NAME%` by that setting. Throws MissingSettingError when one is not set. */
export function resolveNames(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return text.replaceAll(/%([^%]+)%/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) throw new MissingSettingError(name);
    return value;
  });
}

/**
 * The connection string that a trigger's `connection` names: the setting itself, or `AzureWebJobs<name>`.
 * No name means `AzureWebJobsServiceBus`. Throws MissingSettingError when neither is set.
 */
export function connectionString(name: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const setting = name === undefined || name === "" ? "AzureWebJobsServiceBus" : resolveNames(name, env);
  const value =
    env[setting] ??
    env[`AzureWebJobs${setting}`] ??
    env[`${setting}ConnectionString`] ??
    env[`ConnectionStrings:${setting}`];
  if (value === undefined || value === "") throw new MissingSettingError(setting);
  return value;
}
