// npm test: types, lint, format, then unit, contract and flow tests; with arguments, only those tests
// (`npm test -- test/unit`). Ends with one line: N passed, N failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "./build.ts";

const only = process.argv.slice(2);
if (only.includes("--help")) {
  console.log(`usage: npm test [-- path …]

Without a path: types, lint, format, unused code, then unit, contract and flow tests. With paths, only the tests
in them: npm test -- test/unit. Options of vitest are passed on: npm test -- test/unit -t "a name".`);
  process.exit();
}
let passed = 0;
let failed = 0;
const faults: string[] = [];

function run(name: string, command: string, args: string[]): boolean {
  const started = Date.now();
  console.log(`\n— ${name}`);
  const { status } = spawnSync(command, args, { stdio: "inherit", shell: process.platform === "win32" });
  console.log(
    `— ${name}: ${status === 0 ? "ok" : "FAILED"} in ${((Date.now() - started) / 1_000).toFixed(1)} s`,
  );
  return status === 0;
}

function check(name: string, command: string, args: string[]): void {
  if (run(name, command, args)) passed += 1;
  else {
    failed += 1;
    faults.push(name);
  }
}

if (only.length === 0) {
  check("types", "tsc", ["--noEmit"]);
  check("lint", "oxlint", ["--type-aware", "--deny-warnings"]);
  check("format", "prettier", ["--check", "--log-level", "warn", "."]);
  check("unused code", "knip", []);
}

await build();
const folder = mkdtempSync(path.join(tmpdir(), "caudal-test-"));
const report = path.join(folder, "report.json");
try {
  const ok = run("tests", "vitest", [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...only,
  ]);
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8")) as Record<
    string,
    number
  >;
  passed += numPassedTests ?? 0;
  // A file that could not even be loaded has no failed test of its own.
  failed += Math.max(numFailedTests ?? 0, ok ? 0 : 1);
  if (!ok) faults.push("tests");
} finally {
  rmSync(folder, { recursive: true, force: true });
}

if (faults.length > 0) console.log(`\nfailed: ${faults.join(", ")}; see above`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
