import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, link, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isRoot, type JobDesk, jobDesk, modes, processesWith } from "../contract/job-runner-desk.ts";

const RUNNER = new URL("../../engine/jobs/local-runner.ts", import.meta.url).href;
const WARDEN = fileURLToPath(new URL("../../engine/jobs/warden.ts", import.meta.url));
const POLL = { interval: 50, timeout: 20_000 };

describe.each(modes)("a job that is %s", (mode) => {
  it.each([
    ["that is killed", "SIGKILL", "sleep 481540"],
    ["that is asked to end", "SIGTERM", "sleep 481540"],
    [
      "that is killed, though it ignores SIGTERM and left its session",
      "SIGKILL",
      "trap '' TERM; setsid sleep 481540 & wait",
    ],
  ] as const)("ends with a host %s", async (_, signal, script) => {
    await using desk = await jobDesk(mode);
    const host = hostOf(mode, desk, script);
    try {
      await expect.poll(() => processesWith("481540"), POLL).not.toEqual([]);
      host.kill(signal);
      await once(host, "exit");
      await expect.poll(() => processesWith("481540"), POLL).toEqual([]);
      await expect.poll(() => readdir(desk.folder), POLL).toEqual([]);
      await expect.poll(() => wardensOf(host), POLL).toEqual([]);
    } finally {
      host.kill("SIGKILL");
    }
  });

  it("ends with its warden, and its host says so", async () => {
    await using desk = await jobDesk(mode);
    const running = desk.script("bash", "setsid sleep 481541 & sleep 481541");
    await expect.poll(() => processesWith("481541"), POLL).toHaveLength(2);
    for (const warden of await processesWith(WARDEN)) {
      if ((await parentOf(warden)) === process.pid) process.kill(Number(warden), "SIGKILL");
    }
    expect(await running).toMatchObject({
      how: "exited",
      exitCode: null,
      reason: "its warden ended with SIGKILL",
    });
    expect(desk.logged).toEqual(["the warden of a job died"]);
    expect(await processesWith("481541")).toEqual([]);
    expect(await readdir(desk.folder)).toEqual([]);
  });

  it("is preceded by the end of what is left of one whose host and warden were killed", async () => {
    await using desk = await jobDesk(mode);
    const host = hostOf(mode, desk, "setsid sleep 481542 & setsid sleep 481542 & sleep 481542");
    try {
      await expect.poll(() => processesWith("481542"), POLL).toHaveLength(3);
      for (const warden of await wardensOf(host)) {
        // First the one that cannot start another.
        host.kill("SIGSTOP");
        process.kill(Number(warden), "SIGKILL");
        host.kill("SIGKILL");
      }
      await once(host, "exit");
      expect(await processesWith("481542")).not.toEqual([]);
      expect(await readdir(desk.folder)).toHaveLength(1);
      const end = await desk.run(["sh", "-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | grep -ac '4815[4]2'"]);
      expect(end).toMatchObject({ how: "exited", output: "0\n" });
      expect(await processesWith("481542")).toEqual([]);
      expect(await readdir(desk.folder)).toEqual([]);
    } finally {
      host.kill("SIGKILL");
    }
  });
});

// Skipped where the tests do not run as root of a Linux machine: there is no other user to come as.
describe.skipIf(!isRoot)("an isolated job in Node", () => {
  it("runs also where Node lies below a folder that it cannot enter", async () => {
    await using desk = await jobDesk("isolated");
    const closed = await mkdtemp(path.join(os.tmpdir(), "caudal-closed-"));
    try {
      await chmod(closed, 0o700);
      const node = path.join(closed, "node");
      await link(process.execPath, node).catch(() => copyFile(process.execPath, node));
      const host = hostOf("isolated", desk, "console.log(process.execPath, 6 * 7)", {
        node,
        program: "node",
      });
      const said: Buffer[] = [];
      host.stdout?.on("data", (chunk: Buffer) => said.push(chunk));
      await once(host, "close");
      const end = JSON.parse(Buffer.concat(said).toString()) as unknown;
      expect(end).toMatchObject({ how: "exited", exitCode: 0, output: `${node} 42\n` });
    } finally {
      await rm(closed, { recursive: true });
    }
  });
});

/** A program that runs a job of the desk's account, and prints how it ended. */
function hostOf(
  mode: string,
  desk: JobDesk,
  script: string,
  { node = process.execPath, program = "bash" } = {},
): ChildProcess {
  const text = `
    import { openJobRunner } from ${JSON.stringify(RUNNER)};
    const [mode, folder, account, program, script] = process.argv.slice(1);
    const end = await openJobRunner({ mode, folder, log: console.error }).run({
      account, env: {}, files: new Map([["job", Buffer.from(script)]]),
      command: program === "node" ? ["node", "job"] : [program, "job"],
      limits: { timeMs: 60_000, memoryBytes: 2 ** 28, outputBytes: 2 ** 20 },
    }, new AbortController().signal);
    console.log(JSON.stringify(end));`;
  const args = ["--input-type=module", "-e", text, mode, desk.folder, desk.account, program, script];
  return spawn(node, args, { stdio: ["ignore", "pipe", "inherit"] });
}

/** Ids of the wardens that a host started, and that still have it as parent or lost it. */
async function wardensOf(host: ChildProcess): Promise<string[]> {
  const wardens = await processesWith(WARDEN);
  const parents = await Promise.all(wardens.map(parentOf));
  return wardens.filter((_, index) => parents[index] === host.pid);
}

async function parentOf(pid: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
}
