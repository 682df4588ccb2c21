import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../../demo/main.ts", import.meta.url));
const bin = path.join(path.dirname(path.dirname(main)), "node_modules", ".bin");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo as its own process, as npm does; `shell` is what the user's shell has set. */
function demo(args: string[], shell: Record<string, string> = {}): Promise<Ended> {
  const env = { ...process.env, ...shell, PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env, timeout: 150_000 },
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, stdout, stderr });
      },
    );
  });
}

test("the demo plays its day on systems of its own, prints the table and finds that everything holds", async () => {
  const shell = { MARKETING_API_URL: "http://real.invalid", STORE_API_URL: "http://real.invalid" };
  const { code, stdout, stderr } = await demo(["--customers", "20", "--seed", "3"], shell);
  expect({ code, complaints: stdout.split("\n").filter((line) => line.includes("✗")), stderr }).toEqual({
    code: 0,
    complaints: [],
    stderr: "",
  });
  expect(stdout).toContain(
    "20 customers of the CRM, and 3 whom only the online store knows: 23 in all; seed 3",
  );
  expect(stdout).toMatch(/08:02 {2}Ana Torres signs up/);
  expect(stdout).toMatch(/│ {3}webhooks accepted +│ +\d+ │/);
  expect(stdout).toMatch(/│ {3}customers +│ +23 │/);
  expect(stdout).toMatch(/│ {3}rows in MySQL +│ +\d+ │/);
  expect(stdout).toContain("Everything holds.");
});

test("options that make no sense are refused before anything starts", async () => {
  const { code, stdout, stderr } = await demo(["--customers", "3"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain('--customers must be a whole number from 12 to 5000, not "3"');
});

test("help says what there is to choose", async () => {
  const { code, stdout } = await demo(["--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("--seed N");
});
