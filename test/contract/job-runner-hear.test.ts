import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { accountUser } from "../../engine/jobs/account-user.ts";
import { OUTPUT_KEPT } from "../../engine/jobs/runner.ts";
import type { WardenLine, WardenOrder } from "../../engine/jobs/order.ts";
import { type JobDesk, jobDesk, modes, processesWith } from "./job-runner-desk.ts";

const MIB = 1024 ** 2;
const POLL = { interval: 20, timeout: 15_000 };

describe.each(modes)("what a job prints that is %s", (mode) => {
  it("is heard while it runs, as it comes to be kept, and only when there is more", async () => {
    await using desk = await jobDesk(mode);
    const heard: string[] = [];
    const running = desk.script(
      "bash",
      "echo one; sleep 2.5; until [ -e go ]; do sleep 0.05; done; echo two; until [ -e on ]; do sleep 0.05; done",
      {
        hear: (output) => void heard.push(output),
      },
    );
    await expect.poll(() => heard, POLL).toEqual(["one\n"]);
    await put(desk, "go");
    await expect.poll(() => heard, POLL).toEqual(["one\n", "one\ntwo\n"]);
    await put(desk, "on");
    expect(await running).toMatchObject({ exitCode: 0, output: "one\ntwo\n" });
    expect(heard).toHaveLength(2);
  });

  it("is never heard with half a character", async () => {
    await using desk = await jobDesk(mode);
    const heard: string[] = [];
    const text = `import os, time
os.write(1, "a€".encode()[:3])
while not os.path.exists("go"): time.sleep(0.05)
os.write(1, "a€".encode()[3:])`;
    const running = desk.script("python3", text, { hear: (output) => void heard.push(output) });
    await expect.poll(() => heard, POLL).toEqual(["a"]);
    await put(desk, "go");
    expect(await running).toMatchObject({ output: "a€" });
  });

  it("is heard seldom and shortened where it is 64 MiB", async () => {
    await using desk = await jobDesk(mode);
    const heard: string[] = [];
    const text = `import os
for n in range(64): os.write(1, b"\\x01" * 1048576)`;
    const end = await desk.script("python3", text, {
      limits: { outputBytes: 128 * MIB },
      hear: (output) => void heard.push(output),
    });
    expect(end).toMatchObject({ how: "exited", exitCode: 0 });
    expect(end.output).toContain(`[${64 * MIB - OUTPUT_KEPT} bytes left out]`);
    expect(heard.length).toBeLessThanOrEqual(1 + end.durationMs / 1000);
    for (const output of heard) expect(output.length).toBeLessThan(OUTPUT_KEPT + 100);
  });

  it("does not harm it where whoever listens fails", async () => {
    await using desk = await jobDesk(mode);
    let heard = 0;
    const running = desk.script("bash", "echo one; until [ -e go ]; do sleep 0.05; done", {
      hear: () => {
        heard += 1;
        throw new Error("not now");
      },
    });
    await expect.poll(() => heard, POLL).toBe(1);
    await put(desk, "go");
    expect(await running).toMatchObject({ exitCode: 0, output: "one\n" });
    expect(desk.logged).toEqual(["the output of a job could not be told"]);
  });

  it("is what its warden drops, not what it waits for, where the host does not read", async () => {
    await using desk = await jobDesk(mode);
    // Each telling is 400 KB of JSON: more than the pipe holds.
    const script = `head -c 70000 /dev/zero; until [ $((n += 1)) -gt 100 ]; do echo $n; sleep 0.05; done; exit 5`;
    const warden = wardenOf(desk, mode, script);
    try {
      await expect.poll(() => readdir(desk.folder), POLL).toHaveLength(1);
      // Its folder is gone when all of it is: nothing has been read until then.
      await expect.poll(() => readdir(desk.folder), POLL).toEqual([]);
      const read: Buffer[] = [];
      warden.stdout.on("data", (chunk: Buffer) => read.push(chunk));
      expect(await once(warden, "close")).toEqual([0, null]);
      const lines = Buffer.concat(read).toString().trimEnd().split("\n");
      const said = lines.map((line) => JSON.parse(line) as WardenLine);
      expect(said).toHaveLength(2);
      expect(said[1]).toMatchObject({ end: { how: "exited", exitCode: 5 } });
    } finally {
      warden.kill("SIGKILL");
    }
  });

  it("is nothing that its end waits for when the host is gone", async () => {
    await using desk = await jobDesk(mode);
    const warden = wardenOf(
      desk,
      mode,
      "sleep 481551 & while :; do echo more | tee -a said; sleep 0.5; done",
    );
    try {
      await once(warden.stdout, "data");
      // No one reads any more, and the warden is not told: it finds out by what it says.
      warden.stdout.destroy();
      const [folder = ""] = await readdir(desk.folder);
      const said = (): Promise<string> => readFile(path.join(desk.folder, folder, "said"), "utf8");
      await expect.poll(said, POLL).toContain("more\n".repeat(8));
      expect(await processesWith("481551")).not.toEqual([]);
      warden.stdin.end();
      await once(warden, "exit");
      expect(await processesWith("481551")).toEqual([]);
      expect(await readdir(desk.folder)).toEqual([]);
    } finally {
      warden.kill("SIGKILL");
    }
  });
});

/** A warden without a host. */
function wardenOf(desk: JobDesk, mode: "isolated" | "trusted", script: string) {
  const file = fileURLToPath(new URL("../../engine/jobs/warden.ts", import.meta.url));
  const warden = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
  const { uid, tag } = accountUser(desk.account);
  const order: WardenOrder = {
    uid: mode === "isolated" ? uid : null,
    tag,
    folder: desk.folder,
    folderBytes: 64 * MIB,
    hear: true,
    job: {
      command: ["bash", "-c", script],
      env: {},
      files: {},
      bring: {},
      keep: {},
      limits: { timeMs: 60_000, memoryBytes: 256 * MIB, outputBytes: MIB },
    },
  };
  warden.stdin.write(`${JSON.stringify(order)}\n`);
  return warden;
}

/** Puts a file into the folder of the desk's job. */
async function put(desk: JobDesk, name: string): Promise<void> {
  const [folder = ""] = await readdir(desk.folder);
  await writeFile(path.join(desk.folder, folder, name), "");
}
