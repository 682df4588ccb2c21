import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { AppRegistry } from "./core.ts";

/**
 * Loads an app as the Node worker does: each file that the `main` of its package.json names (a glob; braces
 * are allowed; default `index.js`), in the order of their names, then its appStart hooks, then the library's
 * capabilities. After it nothing more can be registered. Returns the capabilities.
 * Throws when `main` names no file, when a file throws, or when the app never touched `@azure/functions`.
 */
export async function loadApp(appDir: string, registry: AppRegistry): Promise<Record<string, string>> {
  const manifest = path.join(appDir, "package.json");
  if (!existsSync(manifest)) throw new Error(`${manifest} does not exist: not an app folder`);
  const { main = "index.js" } = JSON.parse(readFileSync(manifest, "utf8")) as { main?: string };
  const files = globSync(main, { cwd: appDir }).toSorted();
  if (files.length === 0)
    throw new Error(`"main" of ${manifest} ("${main}") names no file; is the app built?`);
  for (const file of files) await import(pathToFileURL(path.join(appDir, file)).href);
  for (const hook of registry.hooks.appStart) {
    await hook({ hookData: {}, appHookData: registry.hookData, functionAppDirectory: appDir });
  }
  if (registry.model === undefined) {
    throw new Error(`${files.join(", ")} registered nothing with @azure/functions (version 4)`);
  }
  const capabilities = (await registry.model.getCapabilities?.({})) ?? {};
  registry.locked = true;
  return capabilities;
}
