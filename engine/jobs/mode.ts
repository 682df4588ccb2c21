import { existsSync, readFileSync } from "node:fs";
import { setting } from "../define/setting.ts";
import type { Settings } from "../settings/settings.ts";

/** How jobs are run: `trusted` (as the app's own user, where it is not root), `off`; unset: only where they can be kept apart. */
export const JOBS = setting("CAUDAL_JOBS", "");

/** What decides whether a machine can keep jobs apart from the app. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** The effective user; undefined where there are none (Windows). */
  readonly uid: number | undefined;
  /** The environment's names are what counts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a program is in one of the system's folders. */
  readonly has: (program: string) => boolean;
  /** What /proc/self/uid_map says: which users exist here, where root is one of a container's own. */
  readonly uidMap: string;
}

/** How jobs run on this machine, or why not, in words for operator and subscriber. */
export function jobModeOf(
  settings: Settings,
  machine: Machine = thisMachine(),
): { readonly mode: "isolated" | "trusted" } | { readonly refused: string } {
  const said = settings.value(JOBS);
  if (!["", "trusted", "off"].includes(said)) {
    return { refused: `CAUDAL_JOBS is "${said}", and can be trusted or off` };
  }
  if (machine.env["WEBSITE_INSTANCE_ID"] || machine.env["WEBSITE_SITE_NAME"]) {
    return {
      refused:
        "uploaded jobs do not run inside a function app on Azure: their code could read its environment and take on its identity",
    };
  }
  if (said === "off") return { refused: "jobs are switched off here: CAUDAL_JOBS is off" };
  if (machine.platform === "win32") return { refused: "jobs run on Linux and macOS, not on Windows" };
  const lack = lackOf(machine);
  if (lack === undefined) return { mode: "isolated" };
  if (said === "trusted") return { mode: "trusted" };
  return {
    refused: `uploaded jobs cannot be kept apart from the app here: ${lack}; CAUDAL_JOBS=trusted runs them as its own user`,
  };
}

/** What a machine lacks to run each account's jobs as a user of its own. */
function lackOf({ platform, uid, has, uidMap }: Machine): string | undefined {
  if (platform !== "linux") return "that takes Linux";
  if (uid !== 0) return "the app does not run as root";
  const missing = ["setpriv", "prlimit", "nice", "mkfifo"].filter((program) => !has(program));
  if (missing.length > 0) return `${missing.join(" and ")} cannot be found`;
  const ranges = uidMap
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const hasAll = ranges.some(([first = 0, , count = 0]) => first <= 1e9 && first + count >= 2e9);
  return hasAll ? undefined : "this container's root may not take on users above 1,000,000,000";
}

function thisMachine(): Machine {
  const { platform, env } = process;
  const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return {
    platform,
    uid: process.geteuid?.(),
    env,
    has: (program) => folders.some((folder) => existsSync(`${folder}/${program}`)),
    uidMap: platform === "linux" ? readFileSync("/proc/self/uid_map", "utf8") : "",
  };
}
