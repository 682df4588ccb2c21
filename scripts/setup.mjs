// Makes a fresh checkout ready: installs the locked packages when they are missing or outdated.
// Plain JavaScript without dependencies, because it runs before anything is installed, on any Node >= 20.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Installs with `npm ci` unless node_modules was made from this very lock file. Returns nothing; throws on failure. */
export function setup() {
  const lock = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const stamp = path.join(root, "node_modules", ".caudal-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  if (Number(process.versions.node.split(".")[0]) < 20) {
    throw new Error(`Caudal needs Node 20 or newer to start its setup; this is ${process.version}.`);
  }
  process.stderr.write("Installing packages (once; a minute or so) …\n");
  const npm = process.env["npm_execpath"];
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  // Everything npm prints goes to stderr: stdout belongs to the command that is being set up.
  const options = { cwd: root, stdio: ["ignore", 2, 2] };
  const done = npm
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync("npm", args, { ...options, shell: process.platform === "win32" });
  if (done.status !== 0) {
    throw new Error(
      `npm ci failed (${done.error?.message ?? `exit code ${done.status}`}). Fix what it says above and run the command again.`,
    );
  }
  writeFileSync(stamp, lock);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--help")) {
    process.stdout.write(
      "usage: npm run setup\n\nInstalls the locked packages where they are missing. The other commands do it by themselves.\n",
    );
  } else setup();
}
